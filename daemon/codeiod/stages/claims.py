"""Check what a rationale claims of a run against the trace of the run.

May import ``claim_reading``, ``trials``, ``testimony``, ``plain_values``, ``values`` and the
sandbox's values.

A claim is true if the trace shows the name with that value: at the place that the rationale has
come to, or after it (which is then where it has come to), or else anywhere before, as summaries do.
It is false only where the name never had the value, in a trace that is complete and shows all
values of that name whole; what can be told neither way is not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codeiod.stages.claim_reading import Claim, find_claims
from codeiod.stages.literals import Literal
from codeiod.stages.plain_values import gives_away
from codeiod.stages.testimony import Testimony
from codeiod.stages.trials import Talk
from codeiod.stages.values import parse
from codeiod_sandbox.traces import Trace, TraceLimits

CHECK_LIMITS = TraceLimits(
    max_steps=5000,
    visits_first=5000,
    max_values=500_000,
    max_value_chars=1000,
    max_bytes=1 << 20,
)
"""Of a trace that a rationale is checked against: as complete as can be."""

_SHOWN_CHARS = 200


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first claim that the trace contradicts.

    :param actual: the value that the name took then, as text; empty where that can't be said.
    :param line: of the program, where it took it.
    :param visit: the how-manieth run of that line in its call.
    """

    target: str
    claimed: str
    actual: str
    line: int
    visit: int
    is_final: bool
    """Whether the value is from the return statement of the outermost call, or after it."""
    value: Any = None
    """What `actual` says, with arrays for tuples."""

    def told(self, wanted_json: str) -> str:
        """Say it to the one who claimed; ``""`` where that would tell what is wanted."""
        if not self.actual or self.is_final or gives_away(self.value, parse(wanted_json)):
            return ""
        times = f" (run {self.visit} of it)" if self.visit > 1 else ""
        return (
            f"You said that {self.target} is {self.claimed}; "
            f"after line {self.line}{times} it is {self.actual}."
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a rationale and a trace agree."""

    checked: int = 0
    true: int = 0
    first_divergence: Divergence | None = None


def check_claims(
    rationale: str, trace: Trace, answered: Mapping[str, Any] | None = None
) -> Agreement:
    """Check the claims of a rationale, in their order.

    :param answered: the input of the run where the rationale looked for one: it speaks of other
        runs too, and what it claims of those is not counted.
    """
    testimony = Testimony(trace)
    talk = Talk(rationale, answered, testimony.parameters)
    checked = true = place = 0
    first: Divergence | None = None
    for claim in find_claims(rationale, testimony.names, testimony.functions):
        if not talk.is_of_the_run(claim):
            continue
        told = testimony.of(claim)
        found = told.find(claim.literal, place)
        if found is not None:
            place = max(place, found)
            true += 1
        elif not told.is_whole or not trace.is_complete or talk.leaves_the_run(claim):
            continue
        elif first is None:
            first = _divergence(claim, trace, testimony, told.near(place))
        checked += 1
    return Agreement(checked, true, first)


def _divergence(
    claim: Claim, trace: Trace, testimony: Testimony, moment: tuple[int, Literal]
) -> Divergence:
    place, actual = moment
    step = trace.steps[place]
    return Divergence(
        target=claim.target,
        claimed=claim.literal.text[:_SHOWN_CHARS],
        actual=actual.text if len(actual.text) <= _SHOWN_CHARS else "",
        line=step.line,
        visit=step.visit,
        is_final=place > testimony.before_the_return,
        value=actual.value,
    )
