"""What a run would take and cost, before it is begun: calls, tokens, money and time, as ranges.

May import items, ``config``, ``journal``, ``forecast`` and ``yields``. What is known is taken (the
sizes of the prompts, the settings, the prices), what is not is a figure from elsewhere with its
source: of the paper, of recorded runs, or of an earlier run of one's own.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add

from codeiod.config import EndpointSettings, Settings
from codeiod.items import Stage
from codeiod.journal.state import State
from codeiod.reports.forecast import NINE_IN_TEN, Range
from codeiod.reports.yields import PRIOR, Guess, yields_of

CHARACTERS_PER_TOKEN = Guess(4.0, 0.15)
TOKENS_PER_SECOND = Guess(40.0, 0.5)
"""How fast one answer is written, where no run tells."""
SANDBOX_SECONDS = Guess(0.3, 0.5)
"""Of one worker for an item, with all its draws, twins and checks (bench/README.md)."""
BUILTIN_SECONDS = Guess(0.1, 0.5)
"""Of one worker for a sample that the built-in teacher tells."""
SAME_PACE = Guess(1.0, 0.3)
"""How far the pace of one run may be off for another."""
TOKENS_PER_PRICE = 1_000_000
SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found in the sources."""

    entries: int
    read: int
    """How many of them were read, spread over all."""
    prompt_characters: Sequence[int]
    """Of the first prompts of those read that can be taken in."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """Of those read, how many can't be, by reason."""

    @property
    def items(self) -> Guess:
        """Return how many can be taken in; duplicates are not known before all is read."""
        taken = len(self.prompt_characters)
        share = taken / self.read if self.read else 0.0
        off = NINE_IN_TEN * math.sqrt((1 - share) / taken) if taken else 0.0
        return Guess(self.entries * share, 0.0 if self.read == self.entries else off)

    @property
    def prompt_tokens(self) -> Guess:
        """Return the mean of their first prompts' tokens."""
        sizes = self.prompt_characters
        if not sizes:
            return Guess()
        mean = statistics.fmean(sizes)
        spread = statistics.stdev(sizes) if len(sizes) > 1 else mean
        off = 0.0 if self.read == self.entries else NINE_IN_TEN * spread / mean / len(sizes) ** 0.5
        return Guess(mean, off) * CHARACTERS_PER_TOKEN.inverse


@dataclass(frozen=True, slots=True)
class StageEstimate:
    """One stage of a run."""

    calls: Range
    input_tokens: Range
    output_tokens: Range


@dataclass(frozen=True, slots=True)
class Estimate:
    """A whole run; nothing is known of duplicates and of cached input, which make it cheaper."""

    entries: int
    read: int
    refused: Mapping[str, int]
    items: Range
    programs: Range
    samples: Range
    stages: Mapping[str, StageEstimate]
    calls: Range
    input_tokens: Range
    output_tokens: Range
    money: Mapping[str, Range]
    """By currency."""
    seconds: Range
    source: str
    """Where the yields come from."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The calls of one stage."""

    calls: Guess
    input: Guess
    output: Guess

    @property
    def input_tokens(self) -> Guess:
        return self.calls * self.input

    @property
    def output_tokens(self) -> Guess:
        return self.calls * self.output


def estimate(
    settings: Settings, survey: Survey, *, workers: int, like: State | None = None
) -> Estimate:
    """Estimate a run over what was surveyed.

    :param workers: of the sandbox.
    :param like: an earlier run whose yields and pace are taken.
    """
    yields = yields_of(like) if like and like.course.items else PRIOR
    items = survey.items
    programs = items * yields.programs
    predict = settings.predict
    questions = Guess((predict.output_pairs + predict.input_pairs) * predict.samples)
    samples = programs * questions * yields.questions
    asked = {
        Stage.UNIFY: _Asked(items * yields.unify_calls, survey.prompt_tokens, yields.unify_output),
        Stage.PREDICT: _Asked(samples, yields.predict_input, yields.predict_output),
        Stage.REVISE: _Asked(
            samples * yields.revised * Guess(settings.revise.turns),
            yields.revise_input,
            yields.revise_output,
        ),
    }
    if settings.teacher_kind == "builtin":
        asked = {stage: replace(one, calls=Guess()) for stage, one in asked.items()}
    return Estimate(
        survey.entries,
        survey.read,
        dict(survey.refused),
        items.range.rounded(),
        programs.range.rounded(),
        samples.range.rounded(),
        {str(stage): _stage(one) for stage, one in asked.items()},
        _sum(one.calls for one in asked.values()).range.rounded(),
        _sum(one.input_tokens for one in asked.values()).range.rounded(),
        _sum(one.output_tokens for one in asked.values()).range.rounded(),
        _money(settings, asked),
        _seconds(settings, asked, items, samples, workers, like).range.rounded(),
        yields.source,
    )


def _stage(asked: _Asked) -> StageEstimate:
    return StageEstimate(
        asked.calls.range.rounded(),
        asked.input_tokens.range.rounded(),
        asked.output_tokens.range.rounded(),
    )


def _sum(guesses: Iterable[Guess]) -> Guess:
    return reduce(add, guesses, Guess())


def _money(settings: Settings, asked: Mapping[Stage, _Asked]) -> dict[str, Range]:
    """Price the tokens, by currency; several endpoints of a stage share it by their weights."""
    costs: dict[str, Guess] = {}
    for stage, one in asked.items():
        endpoints = settings.endpoints_of(stage)
        weights = sum(endpoint.weight for endpoint in endpoints)
        for endpoint in endpoints:
            price, share = endpoint.price, endpoint.weight / weights / TOKENS_PER_PRICE
            cost = one.input_tokens * Guess(price.input * share)
            cost += one.output_tokens * Guess(price.output * share)
            if price.currency:
                costs[price.currency] = costs.get(price.currency, Guess()) + cost
    return {currency: cost.range.rounded(4) for currency, cost in sorted(costs.items())}


def _seconds(
    settings: Settings,
    asked: Mapping[Stage, _Asked],
    items: Guess,
    samples: Guess,
    workers: int,
    like: State | None,
) -> Guess:
    """Return how long it takes: as long as what is slowest."""
    if like is not None and like.course.items_per_second:
        return items * Guess(1 / like.course.items_per_second) * SAME_PACE
    of_a_worker = Guess(1 / workers)
    times = [items * SANDBOX_SECONDS * of_a_worker]
    if settings.teacher_kind == "builtin":
        times.append(samples * BUILTIN_SECONDS * of_a_worker)
    else:
        times.append(_sum(_answering(settings.endpoints_of(s), one) for s, one in asked.items()))
        times += _paced(settings.endpoint, asked)
    return max(times, key=lambda time: time.value)


def _answering(endpoints: Sequence[EndpointSettings], asked: _Asked) -> Guess:
    """Return how long the answers of a stage take to write, as many at once as may be."""
    in_flight = sum(endpoint.max_in_flight for endpoint in endpoints)
    return asked.output_tokens * TOKENS_PER_SECOND.inverse * Guess(1 / in_flight)


def _paced(endpoints: Sequence[EndpointSettings], asked: Mapping[Stage, _Asked]) -> Iterator[Guess]:
    """Yield how long each limit a minute makes it take, where all endpoints have that limit."""
    calls = _sum(one.calls for one in asked.values())
    tokens_in = _sum(one.input_tokens for one in asked.values())
    tokens_out = _sum(one.output_tokens for one in asked.values())
    for amount, limits in (
        (calls, [endpoint.requests_per_minute for endpoint in endpoints]),
        (tokens_in + tokens_out, [endpoint.tokens_per_minute for endpoint in endpoints]),
        (tokens_in, [endpoint.input_tokens_per_minute for endpoint in endpoints]),
        (tokens_out, [endpoint.output_tokens_per_minute for endpoint in endpoints]),
    ):
        if limits and all(limits):
            yield amount * Guess(SECONDS_PER_MINUTE / sum(limits))
