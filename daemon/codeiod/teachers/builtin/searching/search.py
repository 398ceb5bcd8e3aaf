"""Search an input that leads to a wanted output: draw, reason backwards, adjust; by real calls.

May import ``execution``, ``items``, the prompts and the sandbox.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from codeiod.execution import Runner
from codeiod.items import Program, canonical
from codeiod.teachers.builtin.searching.backwards import leads
from codeiod.teachers.builtin.searching.directed import directed
from codeiod.teachers.builtin.searching.form import reasons
from codeiod.teachers.builtin.searching.mutation import (
    Place,
    Pool,
    along,
    at,
    changed,
    is_number,
    places,
)
from codeiod.teachers.builtin.searching.sweeps import slope, solved, sweep
from codeiod.teachers.builtin.searching.tabulating import filled, placewise, sources, table, words
from codeiod.teachers.builtin.searching.telling import tell
from codeiod.teachers.builtin.searching.trying import Attempts, Trial, Why, Wish
from codeiod.teachers.builtin.searching.wishes import led, undone
from codeiod_prompts import find_answer

DRAWS = 24
BEAM = 4
LED = 48
BATCH = 50
"""Calls in a batch; it costs as much to begin one as to make some 50 calls."""
ROUNDS = (4, 7)
"""Batches of adjusted inputs, in the first and in the second turn."""
SWEPT = 22
MAX_STALE = 2
"""Batches in a row without a nearer input, after which other inputs are drawn."""


async def search_input(
    runner: Runner, program: Program, known: str, *, turn: int = 0, earlier: str = ""
) -> str:
    """Write how an input was searched that gives the output ``known``, ending in the answer.

    :param turn: 1 where a first answer was wrong: another search, further and from other draws.
    :param earlier: the text of that answer; the search goes on from its input.
    :raises codeiod_sandbox.SandboxError: the sandbox kept failing.
    """
    wanted = json.loads(known)
    search = _Search(Attempts(runner, program, wanted), program, wanted, turn)
    await search.go(earlier)
    rng = random.Random(f"{program.program_id}\0{known}\0{turn}\0words")
    why = reasons(program.refcode, wanted)
    return tell(known, wanted, search.attempts.trials, why, rng)


@dataclass(slots=True)
class _Search:
    attempts: Attempts
    program: Program
    wanted: Any
    turn: int
    _pool: Pool = field(default_factory=Pool)
    _rng: random.Random = field(init=False)
    _freely: bool = field(init=False)
    """Whether adjusted numbers may lie below those that were drawn."""
    _sweeps: dict[str, Iterator[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        key = f"{self.program.program_id}\0{canonical(self.wanted)}\0{self.turn}"
        self._rng = random.Random(key)
        self._pool.add(self.wanted)
        self._pool.measure(self._pool.numbers)
        below = any(number < 0 for number in self._pool.numbers)
        self._freely = self.turn > 0 or below

    async def go(self, earlier: str) -> None:
        """Try until an input is found or the budget is spent."""
        answered = find_answer(earlier, "input") if earlier else None
        if answered is not None and isinstance(answered.value, dict):
            await self.attempts.make([Wish(answered.value, Why.EARLIER)], 1)
        await self._draw(0)
        for step in (self._lead, self._undo, self._tabulate, self._word_by_word, self._adjust):
            if self.attempts.over:
                return
            await step()

    async def _draw(self, batch: int) -> None:
        first = (self.turn * 100 + batch) * DRAWS
        for trial in await self.attempts.draw(first, DRAWS):
            self._pool.learn(trial.arguments)

    async def _try(self, wishes: Iterable[Wish], limit: int, *, freely: bool) -> None:
        """Try inputs of the described kind."""
        fitting = (wish for wish in wishes if self._pool.fits(wish.arguments, freely=freely))
        await self.attempts.make(fitting, limit)

    async def _lead(self) -> None:
        """Try what a relation between arguments and output asks for, and what it is made of."""
        returned = [(trial.arguments, trial.value) for trial in self.attempts.returned]
        found = leads(returned, self.wanted)
        bases = [trial.arguments for trial in self.attempts.best(2)]
        await self._try(led(bases, found, self.wanted), LED, freely=True)

    async def _undo(self) -> None:
        """Give back what the wanted output itself led to: some functions undo themselves."""
        await self._try(undone(self.attempts.returned, self.wanted), LED, freely=True)

    async def _tabulate(self) -> None:
        """Look up place by place which value leads to what is wanted there."""
        trials = self.attempts.returned
        for name in placewise(trials, self.wanted)[:2]:
            fitting = [t for t in trials if len(t.arguments[name]) == len(self.wanted)]
            if not fitting:
                continue
            base = min(fitting, key=lambda trial: trial.distance)
            made = table(base, name, self.wanted, trials)
            await self.attempts.make((Wish(m, Why.ADJUSTED) for m in made), len(made))
            told = (
                f"each place of the output hangs on the same place of `{name}`: for each place I "
                "take what has led to the wanted one there"
            )
            one = filled(base, name, self.wanted, self.attempts.returned)
            await self.attempts.make([Wish(one, Why.MADE, told)], 1)
            if self.attempts.over:
                return

    async def _word_by_word(self) -> None:
        """Look for the words of the wanted text one by one, and put what gives them together."""
        found = words(self.wanted)
        texts = [trial for trial in self.attempts.best(1) if isinstance(trial.value, str)]
        if not found or not texts:
            return
        base = texts[0].arguments
        for name in [name for name in base if isinstance(base[name], str)][:2]:
            given: dict[str, str] = {}
            for word in found:
                wishes = (Wish(base | {name: one}, Why.ADJUSTED) for one in sources(word))
                for trial in await self.attempts.make(wishes, 2 * BATCH):
                    if trial.value == word:
                        given.setdefault(word, trial.arguments[name])
                if word not in given:
                    break
            else:
                parts = [given[word] for word in self.wanted.split()]
                alone = " and ".join(f"{one!r} gives {word!r}" for word, one in given.items())
                told = f"the words come one by one, each from a word of `{name}`: alone, {alone}"
                whole = Wish(base | {name: " ".join(parts)}, Why.MADE, told)
                await self.attempts.make([whole], 1)

    async def _adjust(self) -> None:
        """Change the nearest inputs, a batch at a time."""
        nearest, stale = float("inf"), 0
        for round_ in range(ROUNDS[self.turn]):
            best = self.attempts.best(BEAM)
            if best and best[0].distance < nearest:
                nearest, stale = best[0].distance, 0
            else:
                stale += 1
            if stale == MAX_STALE or not best:
                await self._draw(1 + round_)
                stale = 0
            else:
                wishes = (Wish(made, Why.ADJUSTED) for made in self._adjusted(best))
                await self._try(wishes, BATCH, freely=self._freely)
            if self.attempts.over:
                return

    def _adjusted(self, best: list[Trial]) -> Iterator[dict[str, Any]]:
        """Give inputs that differ a little from the best so far."""
        first = best[0]
        for base in best:
            self._pool.add(base.arguments)
        yield from solved(first.arguments, first.value, self.wanted, self._steps(first))
        for base in best[:2]:
            yield from directed(base.arguments, base.value, self.wanted, BATCH // 4)
        yield from islice(self._sweep(first), SWEPT)
        yield from along(first.arguments, BATCH // 4, self._rng)
        for _ in range(BATCH // 2):
            weights = [1 / (1 + place) for place in range(len(best))]
            (base,) = self._rng.choices(best, weights)
            yield changed(base.arguments, self._pool, self._rng)

    def _sweep(self, base: Trial) -> Iterator[dict[str, Any]]:
        """Go on with the orderly changes of an input, where they were left."""
        name = canonical(base.arguments)
        if name not in self._sweeps:
            self._sweeps[name] = sweep(base.arguments, self.wanted, self._pool)
        return self._sweeps[name]

    def _steps(self, base: Trial) -> dict[Place, float]:
        """Return how the output grew with each number, where only that number was another."""
        found: dict[Place, float] = {}
        mine = {place: at(base.arguments, place) for place in places(base.arguments)}
        for trial in reversed(self.attempts.returned[-3 * BATCH :]):
            theirs = {place: at(trial.arguments, place) for place in places(trial.arguments)}
            if mine.keys() != theirs.keys():
                continue
            other = [p for p in mine if mine[p] != theirs[p] and not isinstance(mine[p], list)]
            if len(other) == 1 and is_number(mine[other[0]]) and is_number(theirs[other[0]]):
                (place,) = other
                moved = theirs[place] - mine[place]
                found.setdefault(place, slope(base.value, trial.value, moved))
        return found
