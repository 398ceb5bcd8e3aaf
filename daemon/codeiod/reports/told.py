"""What the records of an item say, in words.

May import items and ``journal``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from codeiod.journal.records import (
    Admit,
    Commit,
    Duplicate,
    Failed,
    Intent,
    Record,
    Reopen,
    Step,
)

VERDICT = "/verdict"
SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an item."""

    at: int
    """In Unix seconds; of a record that tells none, that of the one before."""
    kind: str
    """That of its record: ``admit``, ``duplicate``, ``intent``, ``failed``, ``step``, ``commit``,
    ``reopen``."""
    text: str
    """What happened, in a line."""
    detail: str = ""
    """All that was said: the text of an answer, the feedback of a verdict."""
    key: str = ""
    """Of the durable step."""
    epoch: int = 0
    attempt: int = 0
    cost: float = 0.0
    currency: str = ""


def told(records: Iterable[Record], item_id: str) -> tuple[Event, ...]:
    """Tell the records of one item, in their order."""
    events: list[Event] = []
    at = 0
    for record in records:
        at = _moment(record) or at
        event = _told(record, item_id, at)
        if event is not None:
            events.append(event)
    return tuple(events)


def _told(record: Record, item_id: str, at: int) -> Event | None:
    match record:
        case Admit():
            return Event(at, record.KIND, _admitted(record), epoch=record.epoch)
        case Duplicate():
            place = record.origin.path
            return Event(at, record.KIND, f"its content was met again at {place}")
        case Intent():
            cost = f", {record.cost:.6f} {record.currency}" if record.cost else ""
            about = f" (about {record.tokens} tokens{cost})" if record.tokens else ""
            text = f"asked, attempt {record.attempt}{about}"
            return Event(at, record.KIND, text, "", record.key, record.epoch, record.attempt)
        case Failed():
            paid = "; perhaps paid" if record.paid else ""
            text = f"attempt {record.attempt} failed: {record.why}{paid}"
            return Event(at, record.KIND, text, "", record.key, record.epoch, record.attempt)
        case Step():
            return _stepped(record, at)
        case Reopen():
            return Event(at, record.KIND, _reopened(record), epoch=record.epoch)
        case Commit():
            done = next(done for done in record.items if done.item == item_id)
            text = "finished" if done.outcome == "finished" else f"rejected as {done.outcome}"
            return Event(at, record.KIND, text, epoch=done.epoch)
        case _:
            return None


def _admitted(record: Admit) -> str:
    origin = record.origin
    place = f"{origin.path}:{origin.offset}" if origin.offset else origin.path
    if (fault := record.fault) is not None:
        return f"met at {place}; it can't be taken: {fault.reason}, {fault.detail}"
    return f"taken in from {place}, {len(record.content)} characters"


def _stepped(record: Step, at: int) -> Event:
    value = record.value
    if record.gave_up:
        text, detail = f"given up: {value['reason']}, {value['detail']}", ""
    elif record.attempt:
        text, detail = _answered(record), value["text"]
    elif record.key.endswith(VERDICT):
        text, detail = f"judged: {value['status']}", value["feedback"]
    elif record.key == SAMPLE:
        text, detail = _sampled(record), value["detail"]
    else:
        text, detail = "done", ""
    return Event(
        at,
        record.KIND,
        text,
        detail,
        record.key,
        record.epoch,
        record.attempt,
        record.cost,
        record.currency,
    )


def _answered(record: Step) -> str:
    usage, value = record.usage, record.value
    tokens = f", {usage.input} tokens in, {usage.output} out" if usage else ""
    cost = f", {record.cost:.6f} {record.currency}" if record.cost else ""
    end = "cut off: asked again with more room" if record.truncated else "answered"
    return f"{end} by {value['model'] or 'the teacher'}{tokens}{cost}"


def _sampled(record: Step) -> str:
    value = record.value
    if value["reason"]:
        return f"no pairs: {value['reason']}"
    return f"{len(value['pairs'])} pairs" + (", all with one output" if value["trivial"] else "")


def _reopened(record: Reopen) -> str:
    if not record.was:
        return "taken up once more after a fault of codeiod's own"
    since = f", to be made anew from {record.since} on" if record.since else ""
    return f"taken up again, having been {record.was}{since}"


def _moment(record: Record) -> int:
    if isinstance(record, Admit):
        try:
            return int(datetime.fromisoformat(record.time).timestamp())
        except ValueError:
            return 0
    return getattr(record, "at", 0)
