"""How items go through the stages, as guesses with their errors: prior figures, or a run's own.

May import items, ``journal`` and ``forecast``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from codeiod.items import Stage
from codeiod.journal.pending import ADMIT_REASONS
from codeiod.journal.state import State
from codeiod.reports.forecast import NINE_IN_TEN, Range


@dataclass(frozen=True, slots=True)
class Guess:
    """A figure and the share of it that it may be off by, nine times in ten."""

    value: float = 0.0
    off: float = 0.0

    def __mul__(self, other: Guess) -> Guess:
        return Guess(self.value * other.value, math.hypot(self.off, other.off))

    def __add__(self, other: Guess) -> Guess:
        # The stages hang on the same unknowns: their errors go the same way.
        value = self.value + other.value
        error = self.value * self.off + other.value * other.off
        return Guess(value, error / value if value else 0.0)

    @property
    def inverse(self) -> Guess:
        """Return what to multiply by instead of dividing by it."""
        return Guess(1 / self.value, self.off)

    @property
    def range(self) -> Range:
        """Return it as a range."""
        return Range.around(self.value, self.value * self.off)


@dataclass(frozen=True, slots=True)
class Yields:
    """How an item goes through the stages, and the tokens of a call beyond what can be measured."""

    source: str
    unify_calls: Guess
    """For each item that is taken in: one, and a repair turn for some."""
    programs: Guess
    """Of these items, the share that becomes a program with samples."""
    questions: Guess
    """Of the questions that the settings ask of a program, the share that it is good for."""
    revised: Guess
    """Of the first answers, the share that is wrong."""
    unify_output: Guess
    predict_input: Guess
    predict_output: Guess
    revise_input: Guess
    revise_output: Guess


PRIOR = Yields(
    source="the CodeI/O paper and recorded runs",
    unify_calls=Guess(1.1, 0.1),
    # The paper: 455 thousand of 810 thousand files. Of 693 recorded ones, 323: 47%.
    programs=Guess(0.56, 0.2),
    questions=Guess(0.95, 0.05),
    # The paper: about half of the first answers are wrong; from 0.3 to 0.7 with the model.
    revised=Guess(0.5, 0.4),
    # 323 recorded programs: 2,492 characters, a generator of some 700, and headings.
    unify_output=Guess(850, 0.4),
    # Their prompts for a prediction: 3,728 characters, with a deviation of 1,116 among programs.
    predict_input=Guess(930, 0.15),
    # A rationale of a model that does not think first; one that does writes several times as much.
    predict_output=Guess(700, 0.5),
    revise_input=Guess(1700, 0.3),
    revise_output=Guess(700, 0.5),
)


def yields_of(state: State) -> Yields:
    """Take the yields of an earlier run, as far as it tells of each."""
    calls = {stage: one.calls for stage, one in state.calls.by_stage.items()}
    refused = sum(state.rejected[reason] for reason in ADMIT_REASONS)
    done = state.course.items - refused
    return Yields(
        source=f"a run of {done:,} items",
        unify_calls=_share(calls.get(Stage.UNIFY, 0), state.items - refused, PRIOR.unify_calls),
        programs=_share(state.finished, done, PRIOR.programs),
        questions=PRIOR.questions,
        revised=_share(calls.get(Stage.REVISE, 0), calls.get(Stage.PREDICT, 0), PRIOR.revised),
        unify_output=_of_a_call(state, Stage.UNIFY, "output", PRIOR.unify_output),
        predict_input=_of_a_call(state, Stage.PREDICT, "input", PRIOR.predict_input),
        predict_output=_of_a_call(state, Stage.PREDICT, "output", PRIOR.predict_output),
        revise_input=_of_a_call(state, Stage.REVISE, "input", PRIOR.revise_input),
        revise_output=_of_a_call(state, Stage.REVISE, "output", PRIOR.revise_output),
    )


def _share(part: int, whole: int, prior: Guess) -> Guess:
    if whole <= 0:
        return prior
    return Guess(part / whole, NINE_IN_TEN / math.sqrt(part)) if part else Guess()


def _of_a_call(state: State, stage: Stage, side: str, prior: Guess) -> Guess:
    """Return the mean of a stage's calls; they differ by about as much as they are long."""
    one = state.calls.by_stage.get(stage)
    if one is None:
        return prior
    tokens = one.usage.input if side == "input" else one.usage.output
    return Guess(tokens / one.calls, NINE_IN_TEN / math.sqrt(one.calls))
