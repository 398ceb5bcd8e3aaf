"""Sample: the generator draws inputs, the program computes outputs, a twin computes them again.

May import ``work``, ``values``, ``items``, the sandbox and the prompts. A pair is kept only if it
is the same when computed alone, in a fresh process with another hash seed, memory layout, random
state, time zone and clock. Source: CodeI/O, section 2.2; its reference keeps inputs that the
program changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from codeiod.items import Pair, Program, Reason, Stage, canonical, digest, draw_seed
from codeiod.stages.values import over_limit, parse
from codeiod.stages.work import Rejected, Work
from codeiod_prompts import ENTRY_POINT, GENERATOR
from codeiod_sandbox import (
    Call,
    Died,
    LoadFailed,
    NotJson,
    Outcome,
    OverMemory,
    OverOutput,
    Raised,
    Returned,
    TimedOut,
)

MIN_PAIRS = 2
MIN_PAIRS_TRIVIAL = 3
MIN_ROUND = 10
MAX_TIMEOUTS = 2
CHANCES = 3
"""How often, each time with other seeds, a program that names random numbers is computed again: a
result with few values may agree by chance."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """What sampling came to: pairs, or the reason why there are none."""

    pairs: tuple[Pair, ...] = ()
    trivial: bool = False
    reason: str = ""
    detail: str = ""

    @staticmethod
    def load(value: Mapping[str, Any]) -> Sampled:
        """Read it back from the journal."""
        return Sampled(**{**value, "pairs": tuple(Pair(**pair) for pair in value["pairs"])})


@dataclass(slots=True)
class _Losses:
    """Why draws and pairs were lost, each reason with its first detail."""

    counts: Counter[Reason] = field(default_factory=Counter)
    details: dict[Reason, str] = field(default_factory=dict)

    def add(self, reason: Reason, detail: str) -> None:
        self.counts[reason] += 1
        self.details.setdefault(reason, detail)

    def rejection(self, reason: Reason | None = None) -> Sampled:
        if reason is None:
            most = self.counts.most_common(1)
            reason = most[0][0] if most else Reason.TOO_FEW_PAIRS
        return Sampled(reason=reason, detail=self.details.get(reason, "fewer than 2 pairs"))


@dataclass(frozen=True, slots=True, eq=False)
class _Draw:
    """An input as JSON text and as the value that the program gets; equal to itself alone."""

    text: str
    value: dict[str, Any]
    seed: int


async def sample(work: Work, program: Program) -> Sampled:
    """Draw and compute the pairs of a program.

    :raises Rejected: fewer than two pairs hold, or all outputs are one.
    """
    sampled = await work.steps.run(
        "sample",
        lambda: _sample(work, program),
        of=digest(work.recipe_of("sample"), program.program_id),
        load=Sampled.load,
    )
    if sampled.reason:
        raise Rejected(Stage.SAMPLE, Reason(sampled.reason), sampled.detail)
    work.funnel.sampled += 1
    return sampled


async def _sample(work: Work, program: Program) -> Sampled:
    losses = _Losses()
    draws = await _draw(work, program, losses)
    pairs = await _compute(work, program, draws, losses) if draws else ()
    if losses.counts[Reason.NONDETERMINISTIC]:
        # A result that differed once may agree by chance: nothing of such a program can be trusted.
        return losses.rejection(Reason.NONDETERMINISTIC)
    if len(pairs) < MIN_PAIRS:
        return losses.rejection()
    outputs = {canonical(parse(pair.output)) for pair in pairs}
    trivial = len(outputs) == 1 and len(pairs) >= MIN_PAIRS_TRIVIAL
    if trivial and work.recipe.sample.trivial == "reject":
        return Sampled(reason=Reason.TRIVIAL, detail=f"every output is {pairs[0].output}")
    return Sampled(pairs, trivial)


async def _draw(work: Work, program: Program, losses: _Losses) -> list[_Draw]:
    """Draw distinct inputs, in rounds, until there are enough or the draws are used up."""
    settings = work.recipe.sample
    source = program.drawing_code
    drawn: dict[str, _Draw] = {}
    left = iter(range(settings.draws))
    while len(drawn) < settings.pairs and losses.counts[Reason.TIMEOUT] < MAX_TIMEOUTS:
        size = max(MIN_ROUND, settings.pairs - len(drawn))
        seeds = [draw_seed(settings.seed, program.item_id, i) for i in islice(left, size)]
        if not seeds:
            break
        outcomes = await work.execute(source, [Call(GENERATOR, {}, seed) for seed in seeds])
        for draw in _inputs(seeds, outcomes, losses):
            drawn.setdefault(canonical(draw.value), draw)
        if losses.counts[Reason.LOAD_ERROR]:
            break
    return list(drawn.values())[: settings.pairs]


def _inputs(seeds: list[int], outcomes: list[Outcome], losses: _Losses) -> Iterator[_Draw]:
    for seed, outcome in zip(seeds, outcomes, strict=True):
        if not isinstance(outcome, Returned):
            losses.add(*loss_of(outcome, "input generator: "))
        elif not isinstance(outcome.value, dict):
            losses.add(Reason.NOT_JSON, "input generator: its result is no object of arguments")
        elif over := over_limit(outcome.value):
            losses.add(over.reason, f"input: {over.detail}")
        else:
            yield _Draw(outcome.json, outcome.value, seed)


async def _compute(
    work: Work, program: Program, draws: list[_Draw], losses: _Losses
) -> tuple[Pair, ...]:
    calls = [Call(ENTRY_POINT, draw.value, draw.seed) for draw in draws]
    outcomes = await work.execute(program.refcode, calls)
    kept: dict[_Draw, Returned] = {}
    for draw, outcome in zip(draws, outcomes, strict=True):
        if not isinstance(outcome, Returned):
            losses.add(*loss_of(outcome))
        elif over := over_limit(outcome.value):
            losses.add(over.reason, f"output: {over.detail}")
        else:
            kept[draw] = outcome
    if len(kept) < MIN_PAIRS:
        return ()
    again = await _alone(work, program, kept, twin=True)
    kept |= await _without_earlier_calls(work, program, kept, again)
    for chance in range(1, CHANCES if "random" in program.refcode else 1):
        more = await _alone(work, program, kept, twin=True, chance=chance)
        again = {d: more[d] if _same_value(kept[d], again[d]) else again[d] for d in kept}
    return tuple(
        Pair(draw.text, first.json, draw.seed)
        for draw, first in kept.items()
        if _reproduced(draw, first, again[draw], losses)
    )


async def _alone(
    work: Work, program: Program, draws: Iterable[_Draw], *, twin: bool, chance: int = 0
) -> dict[_Draw, Outcome]:
    """Compute each draw in a process of its own, with a seed of its own for each `chance`."""
    ordered = list(draws)
    calls = [Call(ENTRY_POINT, draw.value, draw.seed ^ chance) for draw in ordered]
    outcomes = await work.execute(program.refcode, calls, twin=twin, alone=True)
    return dict(zip(ordered, outcomes, strict=True))


async def _without_earlier_calls(
    work: Work, program: Program, firsts: Mapping[_Draw, Returned], again: Mapping[_Draw, Outcome]
) -> dict[_Draw, Returned]:
    """Compute anew, alone, what differed: it may hang on the calls before it and on no more."""
    differed = [draw for draw, first in firsts.items() if not _same_value(first, again[draw])]
    if not differed:
        return {}
    alone = await _alone(work, program, differed, twin=False)
    return {
        draw: outcome
        for draw, outcome in alone.items()
        if isinstance(outcome, Returned) and not over_limit(outcome.value)
    }


def _same_value(first: Returned, second: Outcome) -> bool:
    return isinstance(second, Returned) and canonical(first.value) == canonical(second.value)


def _reproduced(draw: _Draw, first: Returned, second: Outcome, losses: _Losses) -> bool:
    if _same_value(first, second):
        return True
    if isinstance(second, TimedOut | OverMemory):
        losses.add(*loss_of(second, "computed again: "))
        return False
    shown = second.json[:200] if isinstance(second, Returned) else loss_of(second)[1]
    losses.add(Reason.NONDETERMINISTIC, f"for {draw.text} once {first.json}, once {shown}")
    return False


def loss_of(outcome: Outcome, where: str = "") -> tuple[Reason, str]:
    """Name why a call gave no value, with a detail for a person."""
    match outcome:
        case LoadFailed(type=kind, message=message, line=line):
            return Reason.LOAD_ERROR, f"{where}{kind}: {message} (line {line})"
        case TimedOut(limit=limit):
            return Reason.TIMEOUT, f"{where}{limit} time limit"
        case OverMemory() | Raised(type="MemoryError"):
            return Reason.TOO_BIG, f"{where}out of memory"
        case OverOutput():
            return Reason.TOO_BIG, f"{where}too much output"
        case NotJson(why=why):
            return Reason.NOT_JSON, f"{where}{why}"
        case Raised(type=kind, message=message, line=line):
            return Reason.ERROR, f"{where}{kind}: {message} (line {line})"
        case Died(signal=signal):
            return Reason.ERROR, f"{where}died: {signal}"
        case Returned():
            raise ValueError("a returned value is no loss")
