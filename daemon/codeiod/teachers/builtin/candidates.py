"""What analysis finds in a file: functions that can be called with plain values.

Imports the standard library only. Plain values that flow from analysis to fitting to composing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of the target."""

    name: str
    annotation: str
    """Its source text, ``""`` where there is none."""
    default: str | None
    """The source text of the default."""
    told: str
    """What the docstring says of it, ``""`` where nothing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function that holds logic of a file, with all that it needs to run."""

    source: str
    """A self-contained module: imports, constants, helpers, classes, the target; it parses."""
    target: str
    """The function in ``source`` to call: at the module's level, with plain parameters."""
    parameters: tuple[Parameter, ...]
    returns: str
    """The annotation of the result, ``""`` where there is none."""
    doc: str
    """The first paragraph of the docstring, cleaned; ``""`` where there is none."""
    title: str
    """The function's own name in words: ``longest common prefix``."""
    examples: tuple[Mapping[str, str], ...]
    """Calls found in the file: argument -> source text, literal expressions only."""
    result_is_printed: bool
    """Prints were turned into the returned value."""
    score: float
    """The higher, the more logic it holds."""
    wrapped: bool = False
    """The target was written here around the author's code, with one ``return`` at its end.
    Composing turns it into ``main_solution`` itself."""
    each: str = ""
    """The parameter that holds several values, each given to the author's function in turn, for one
    whose result is only true or false: the target returns those for which it is true."""


@dataclass(frozen=True, slots=True)
class Declined:
    """No function of a file can be used; ``reason`` says why to the operator."""

    reason: str
