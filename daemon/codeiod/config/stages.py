"""The settings of the stages: how a teacher is asked, and how much of what.

May import pydantic and ``section``. The texts below keys are what the example settings say.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from codeiod.config.section import Section

ASKING_STAGES = ("unify", "predict", "revise")
"""The sections that say how a teacher is asked."""


class StageSettings(Section):
    """What a stage asks a teacher with; what is absent is not sent."""

    endpoint: str = ""
    """The endpoint by name; ``""``: any of them."""
    temperature: float | None = Field(default=None, ge=0)
    """Of sampling."""
    top_p: float | None = Field(default=None, gt=0, le=1)
    """Of sampling."""
    max_tokens: int | None = Field(default=None, ge=1)
    """How long an answer may be."""
    deadline_seconds: float = Field(default=0.0, ge=0)
    """How long one request may take; 0: as long as its endpoint's ``timeout_seconds``."""
    hedge_percentile: float = Field(default=0.0, ge=0, lt=100)
    """A request slower than this percentile of its stage is sent once more; 0: never."""


TRAFFIC_KEYS = frozenset({"endpoint", "deadline_seconds", "hedge_percentile"})
"""What of a stage's settings says how a request travels, and does not shape the data."""


class UnifySettings(StageSettings):
    """From a file to a program with a problem statement."""

    attempts: int = Field(default=2, ge=1, le=2)
    """2: one repair turn where an answer can't be read."""


class SampleSettings(Section):
    """From a program to pairs of input and output."""

    pairs: int = Field(default=10, ge=2)
    """Distinct inputs that are wanted of a program."""
    draws: int = Field(default=50, ge=2)
    """Calls of its input generator at most."""
    seed: int = 0
    """What the generator's random numbers depend on, beside the item."""
    trivial: Literal["reject", "mark"] = "reject"
    """What becomes of a program that has one output only."""


class PredictSettings(StageSettings):
    """From pairs to questions, and their answers."""

    output_pairs: int = Field(default=3, ge=0)
    """Of how many pairs the output is asked for, at most."""
    input_pairs: int = Field(default=3, ge=0)
    """Of how many pairs an input is asked for, at most."""
    samples: int = Field(default=1, ge=1)
    """Answers to each question."""
    trace_check: Literal["auto", "on", "off"] = "auto"
    """Whether claims of a rationale are checked against a trace; auto: those of builtin are."""


class ReviseSettings(StageSettings):
    """A second answer, with feedback, where the first one was wrong."""

    turns: int = Field(default=1, ge=0, le=1)
    """0: no second answer."""
    name_divergence: bool = False
    """Whether the feedback names the first claim that the trace contradicts."""
