"""The whole story of one item, from the journal and the rejects of a directory, live or stopped.

May import errors, items, ``journal``, ``samples``, ``told`` and the prompts. Blocking: the whole
log is looked through.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from codeiod.errors import SettingsError
from codeiod.items import ITEM_ID_BYTES
from codeiod.journal.disk import OsDisk
from codeiod.journal.records import FINISHED, Admit, Commit, Record, Reopen, Step, Stream
from codeiod.journal.replay import read_state
from codeiod.journal.state import State
from codeiod.journal.trail import Trail
from codeiod.reports.samples import lines
from codeiod.reports.told import Event, told
from codeiod_prompts import Unparsable, parse_unify

PENDING = "pending"
DONE = "done"
NAMED_AT_MOST = 5
"""Items that are listed where more than one is meant."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A line of the rejects: of the item, or (with a task) of one sample."""

    epoch: int
    stage: str
    reason: str
    detail: str
    task: str = ""
    pair: int = -1
    sample: int = -1


@dataclass(frozen=True, slots=True)
class Story:
    """An item from its admission to now."""

    item_id: str
    source: str = ""
    path: str = ""
    offset: int = 0
    recipe: str = ""
    epoch: int = 0
    meta: Mapping[str, str] = field(default_factory=dict)
    content: str = ""
    outcome: str = PENDING
    """``pending``, ``finished``, the reason why it was rejected, or (where the part of the log that
    tells how it ended is gone) ``done``."""
    stage: str = ""
    detail: str = ""
    """Where and why it was rejected, in words."""
    requests: int = 0
    answered: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Mapping[str, float] = field(default_factory=dict)
    """What was paid for answers, by currency."""
    program: Mapping[str, str] = field(default_factory=dict)
    """What the last answer to unify holds: ``refcode``, ``problem``, ``requirements``,
    ``input_generator``."""
    pairs: tuple[Mapping[str, Any], ...] = ()
    """Each with ``input`` and ``output`` as JSON text, and ``seed``."""
    lost: tuple[Loss, ...] = ()
    events: tuple[Event, ...] = ()
    missing_segments: int = 0
    """How many parts of the log retention has taken away: events may have gone with them."""


def explain(directory: Path, name: str) -> Story:
    """Tell the story of an item.

    :param name: the beginning of its id, or the path where it was met, or the last parts of that.
    :raises SettingsError: no item is named so, or more than one.
    :raises DirectoryError: the directory is damaged, newer, or not ours.
    """
    disk = OsDisk()
    state = read_state(directory, disk)
    trail = Trail(directory, disk)
    item_id = _named(trail, state, name, directory)
    records = list(trail.of(item_id))
    outcome, epoch = _outcome(records, item_id, pending=item_id in state.pending)
    lost = tuple(_losses(directory, state, item_id))
    whole = next((one for one in reversed(lost) if not one.task and one.epoch == epoch), None)
    rejected = whole if outcome not in (PENDING, DONE, FINISHED) else None
    return Story(
        item_id,
        **_origin(records),
        epoch=epoch,
        outcome=outcome,
        stage=rejected.stage if rejected else "",
        detail=rejected.detail if rejected else "",
        **_spent(records),
        program=_program(records),
        pairs=_pairs(records),
        lost=lost,
        events=told(records, item_id),
        missing_segments=trail.missing(),
    )


def _named(trail: Trail, state: State, name: str, directory: Path) -> str:
    is_id = bool(name) and len(name) <= 2 * ITEM_ID_BYTES and set(name) <= set(string.hexdigits)
    if is_id and len(name) == 2 * ITEM_ID_BYTES and state.known(name.lower()):
        return name.lower()
    found: dict[str, None] = {}
    if is_id:
        found = dict.fromkeys(islice(trail.items_beginning(name.lower()), NAMED_AT_MOST + 1))
    if not found and name:
        found = dict.fromkeys(islice(trail.items_at(name), 10 * NAMED_AT_MOST))
    if not found:
        gone = "; it may have been in a segment that was given up" if trail.missing() else ""
        raise SettingsError(f"no item in {directory} has an id or a path like {name!r}{gone}")
    if len(found) > 1:
        some = ", ".join(list(found)[:NAMED_AT_MOST])
        raise SettingsError(f"{name!r} may be any of several items: {some}; name one of them")
    return next(iter(found))


def _outcome(records: list[Record], item_id: str, *, pending: bool) -> tuple[str, int]:
    """Return how the item has ended, and as which epoch; what was taken up again is pending."""
    outcome, epoch = PENDING if pending else DONE, 0
    for record in records:
        match record:
            case Admit():
                outcome, epoch = PENDING, record.epoch
            case Reopen() if pending or not record.announced:
                outcome, epoch = PENDING, record.epoch
            case Commit():
                done = next(done for done in record.items if done.item == item_id)
                outcome, epoch = done.outcome, done.epoch
            case _:
                pass
    return outcome, epoch


def _origin(records: list[Record]) -> dict[str, Any]:
    admit = next((record for record in records if isinstance(record, Admit)), None)
    if admit is None:
        return {}
    origin = admit.origin
    return {
        "source": origin.source,
        "path": origin.path,
        "offset": origin.offset,
        "recipe": admit.recipe,
        "meta": dict(admit.meta),
        "content": admit.content,
    }


def _spent(records: list[Record]) -> dict[str, Any]:
    answers = [record for record in records if isinstance(record, Step) and record.answered]
    cost: dict[str, float] = {}
    for answer in answers:
        if answer.cost:
            cost[answer.currency] = cost.get(answer.currency, 0.0) + answer.cost
    usages = [answer.usage for answer in answers if answer.usage is not None]
    return {
        "requests": sum(record.KIND == "intent" for record in records),
        "answered": len(answers),
        "input_tokens": sum(usage.input for usage in usages),
        "output_tokens": sum(usage.output for usage in usages),
        "cost": cost,
    }


def _program(records: list[Record]) -> dict[str, str]:
    for record in reversed(records):
        if isinstance(record, Step) and record.answered and record.key.startswith("unify"):
            try:
                parts = parse_unify(record.value["text"])
            except Unparsable:
                continue
            return {
                "refcode": parts.refcode,
                "problem": parts.problem,
                "requirements": parts.requirements,
                "input_generator": parts.input_generator,
            }
    return {}


def _pairs(records: list[Record]) -> tuple[Mapping[str, Any], ...]:
    for record in reversed(records):
        if isinstance(record, Step) and record.key == "sample":
            return tuple(record.value["pairs"])
    return ()


def _losses(directory: Path, state: State, item_id: str) -> Iterator[Loss]:
    for line in lines(directory, Stream.REJECTS, state.ends.get(Stream.REJECTS, {})):
        if line["item_id"] == item_id:
            names = ("epoch", "stage", "reason", "detail", "task", "pair", "sample")
            yield Loss(**{name: line[name] for name in names})
