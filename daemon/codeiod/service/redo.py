"""Make items anew that are done: from a stage on, or under the present recipe.

May import ``recipes``, ``admission.recipe``, ``dataset`` and ``journal``. First a quote is made,
then, once it is agreed to, all of it at one moment: the items are taken up, and the parts that held
their lines are replaced by parts without them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import structlog
from anyio import to_thread

from codeiod.admission.recipe import Recipe
from codeiod.dataset.recovery import remove_void
from codeiod.dataset.rewriting import Leaving, Touched, rewrite, touched
from codeiod.errors import SettingsError
from codeiod.journal import Journal
from codeiod.journal.disk import Disk, failure
from codeiod.journal.folder import JOURNAL, lock, release, require_ours
from codeiod.journal.histories import Gone, Histories
from codeiod.journal.history import History
from codeiod.journal.records import FINISHED, End, Rewriting, Swap, unix_seconds
from codeiod.journal.redo import Quote, Redone, Since, first_touched
from codeiod.journal.replay import read_state
from codeiod.journal.state import State
from codeiod.journal.tally import Tally
from codeiod.service.recipes import binds_pending

ANNOUNCED_AT_ONCE = 500
"""How many records of items taken up again may wait to be written."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Redo:
    """What is to be made anew: from a stage on, or what is of another recipe than the present."""

    present: Recipe
    since: Since | None = None
    """None: under the present recipe, from the first stage that the difference touches."""
    agreed: Quote | None = None
    """What the person who asked for it was told that it would cost."""
    cache: Path | None = None
    """The folder of the index, where that is not DIR/cache."""


class Choice:
    """The items that are made anew; it can be gone through more than once."""

    def __init__(self, histories: Histories, state: State, redo: Redo) -> None:
        self._histories = histories
        self._state = state
        self._redo = redo
        self._recipes: dict[str, Recipe] = {}
        self._first: dict[str, Since | None] = {}

    def __iter__(self) -> Iterator[Redone]:
        for item_id, history in self._histories:
            if (one := self._redone(item_id, history)) and one.touched:
                yield one

    def quote(self) -> Quote:
        """Add up what it would cost."""
        quote = Quote()
        for one in self:
            one.add_to(quote)
        if self._redo.since is not None:
            done = (one for _, one in self._histories if one.outcome == FINISHED)
            quote.left = sum(self._bound(self.recipe_of(one)) for one in done)
        return quote

    def recipe_of(self, history: History) -> str:
        """Return the digest of the recipe that an item has."""
        return history.item.recipe or self._state.recipe_in_force(history.recipe)

    def _redone(self, item_id: str, history: History) -> Redone | None:
        recipe = self.recipe_of(history)
        if self._redo.since is not None:
            wanted = history.outcome == FINISHED and not self._bound(recipe)
            return Redone(item_id, history, self._redo.since) if wanted else None
        since = self._first_touched(recipe)
        if since is None:
            return None
        present = self._redo.present
        growth = max(0.0, _questions(present) / max(1, _questions(self._load(recipe))) - 1)
        return Redone(item_id, history, since, present.digest, growth)

    def _first_touched(self, recipe: str) -> Since | None:
        """Return the first stage that differs between a recipe and the present one."""
        if recipe not in self._first:
            keys = self._redo.present.differing_keys(self._load(recipe))
            self._first[recipe] = first_touched(keys) if keys else None
        return self._first[recipe]

    def _bound(self, recipe: str) -> bool:
        """Tell whether a recipe names another teacher or other limits than there are."""
        keys = self._redo.present.differing_keys(self._load(recipe))
        return any(binds_pending(key) for key in keys)

    def _load(self, recipe: str) -> Recipe:
        if recipe not in self._recipes:
            self._recipes[recipe] = Recipe.load(self._state.recipes[recipe])
        return self._recipes[recipe]


def quote(directory: Path, disk: Disk, redo: Redo) -> Quote:
    """Tell what it would cost. Blocking; holds the directory's lock meanwhile.

    :raises DirectoryError: the directory is in use, damaged, or not ours.
    :raises SettingsError: segments that it takes were dropped.
    """
    require_ours(disk, directory)
    if not disk.names(directory / JOURNAL):
        raise SettingsError(f"{directory} holds no run to make anew")
    held = lock(disk, directory / JOURNAL)
    try:
        state = read_state(directory, disk)
        histories = Histories(directory, disk, redo.cache)
        _update(histories, state)
        return Choice(histories, state, redo).quote()
    except OSError as error:
        raise failure(error, directory) from error
    finally:
        release(disk, held)


async def make_anew(directory: Path, journal: Journal, redo: Redo) -> int:
    """Take the items up that are to be made anew; return how many.

    The dataset must have been recovered, and nobody may write it yet.

    :raises SettingsError: segments were dropped, or it would cost more than was agreed to.
    :raises DiskFull: the disk is full; nothing has changed.
    :raises DiskFailed: it failed; nothing has changed.
    """
    await journal.flush()
    histories = await to_thread.run_sync(Histories, directory, journal.disk, redo.cache)
    await to_thread.run_sync(_update, histories, journal.state)
    choice = Choice(histories, journal.state, redo)
    leaving = await to_thread.run_sync(_agreed, choice, redo)
    if leaving is None:
        return 0
    parts = await to_thread.run_sync(touched, journal.disk, directory, journal.state, leaving)
    await journal.append_durable(Rewriting(_numbers(parts)))
    ends: dict[str, list[End]] = {}
    for part in parts:
        work = partial(rewrite, journal.disk, directory, journal.state, leaving, part)
        if (end := await to_thread.run_sync(work)) is not None:
            ends.setdefault(str(part.stream), []).append(end)
    items = await _announce(journal, choice)
    lost = sum((part.tally for part in parts), Tally())
    await journal.append_durable(Swap(items, ends, _dropped(parts), lost, unix_seconds()))
    try:
        await to_thread.run_sync(remove_void, journal.disk, directory, journal.state)
    except OSError as error:
        raise failure(error, directory) from error
    return items


async def _announce(journal: Journal, choice: Choice) -> int:
    """Journal the items that are to be taken up, in steps that leave room for others."""
    found = iter(choice)
    items = 0
    while some := await to_thread.run_sync(lambda: list(islice(found, ANNOUNCED_AT_ONCE))):
        for one in some:
            journal.append(one.record(choice.recipe_of(one.history)))
        items += len(some)
        await journal.flush()
    return items


def _agreed(choice: Choice, redo: Redo) -> Leaving | None:
    """Return the items whose lines go, None where there are none.

    :raises SettingsError: it would cost more than was agreed to.
    """
    quote = choice.quote()
    if redo.agreed is None or quote != redo.agreed:
        raise SettingsError("what it would cost has changed since it was asked for: run it again")
    leaving = Leaving()
    for one in choice:
        leaving.add(one.item_id)
    return leaving if quote.items else None


def _update(histories: Histories, state: State) -> None:
    try:
        histories.update()
    except Gone as error:
        raise SettingsError(
            f"items can't be made anew: {error} (retention took it away, or it is lost);"
            f" {_from_the_start(state)}"
        ) from error


def _from_the_start(state: State) -> str:
    """Say what it would cost to begin again with all that is done, in a directory of its own."""
    costs = state.course.finished
    calls = costs.calls.total
    tokens = costs.input.total, costs.output.total
    money = [f"{spread.total:.2f} {name}" for name, spread in sorted(costs.money.items())]
    return (
        f"from unify on, in another directory, {state.finished} items would take about"
        f" {calls:,.0f} calls, {tokens[0]:,.0f} tokens in and {tokens[1]:,.0f} out"
        f"{''.join(f', {amount}' for amount in money)}, by what they cost before"
    )


def _numbers(parts: list[Touched]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for part in parts:
        found.setdefault(str(part.stream), []).append(part.number)
    return found


def _dropped(parts: list[Touched]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for part in parts:
        found.setdefault(str(part.stream), []).append(part.part)
    return found


def _questions(recipe: Recipe) -> int:
    predict = recipe.predict
    return (predict.output_pairs + predict.input_pairs) * predict.samples
