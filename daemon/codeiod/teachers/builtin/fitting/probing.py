"""What is sent to the sandbox to try inputs, and how what came back is read.

Imports its neighbours and the sandbox's outcomes; pure.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from codeiod.teachers.builtin.fitting.coverage import Marked
from codeiod_sandbox import Call, Outcome, Returned, TimedOut

CALL_SECONDS = 0.02
"""User time of one call that is only tried: the sandbox's own limit is for calls that count."""
TOTAL_SECONDS = 0.15
"""CPU of a process, after which it tries nothing that is new."""
LOAD_SECONDS = 0.3
"""CPU that loading a program may take: it is loaded anew for each few calls of its life."""
MAX_LATE = 3
"""Calls of a process that ran out of time, after which it makes no more."""
PAIRS = 10
"""How many of the draws become pairs, as long as nothing else is set."""
DRAWS = 13
"""A few more inputs than become pairs are drawn, to see whether others do as well."""
MIN_PAIRS = 5
MIN_SUCCESS = 0.8
MIN_DISTINCT_OUTPUTS = 3
MIN_COVERAGE = 0.8


class End(StrEnum):
    """How a call that was tried ended."""

    RETURNED = "returned"
    FLAWED = "flawed"
    BIG = "big"
    LATE = "late"
    RAISED = "raised"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Ended:
    """How one draw ended.

    :param flaw: the type that is no JSON, or the exception's type.
    :param line: of the exception, in the marked program.
    """

    end: End
    flaw: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of the draws of one generator.

    :param pairs: how many of those draws returned that would become pairs.
    :param distinct: how many different outputs these have.
    :param commonest: the share of all outputs that is one and the same.
    :param marks: those that the pairs passed.
    :param returned: arguments and canonical output of each draw that returned, where they may do.
    :param slow: whether they took too long, all in all.
    :param differs: whether outputs hang on the calls before.
    :param idle: the arguments whose change changes nothing.
    """

    ends: tuple[Ended, ...]
    pairs: int = 0
    distinct: int = 0
    commonest: float = 0.0
    marks: frozenset[int] = frozenset()
    returned: tuple[tuple[Any, str], ...] = ()
    slow: bool = False
    differs: bool = False
    idle: tuple[str, ...] = ()


Combination = tuple[str, Sequence[str]]
"""The text of an entry point, and those of functions that draw its arguments."""
LOST = "lost_"


def trial_call(combinations: Sequence[Combination], seeds: Sequence[int], program: Marked) -> Call:
    tried = [[entry, list(drawings)] for entry, drawings in combinations]
    arguments = {"combinations": tried, "seeds": list(seeds), "limits": _limits(program)}
    return Call("trial_", arguments)


def again_call(combination: Combination, seeds: Sequence[int], program: Marked, salt: int) -> Call:
    """:param salt: changes the random state of the calls, not of the draws."""
    entry, (drawing,) = combination
    given = {"entry": entry, "drawing": drawing, "seeds": list(seeds), "salt": salt}
    return Call("again_", {**given, "limits": _limits(program)})


def _limits(program: Marked) -> Mapping[str, Any]:
    return {
        "late": MAX_LATE,
        "seconds": CALL_SECONDS,
        "total_seconds": TOTAL_SECONDS,
        "load_seconds": LOAD_SECONDS,
        "draws": DRAWS,
        "pairs": PAIRS,
        "least": MIN_PAIRS,
        "outputs": MIN_DISTINCT_OUTPUTS,
        "success": MIN_SUCCESS,
        "share": MIN_COVERAGE,
        "branches": sorted(program.branches),
    }


def read_trial(outcome: Outcome, count: int) -> list[list[Tried]]:
    """Read what came of combinations; one that did not come back lost all of its draws.

    There are none where the program took too long to load.
    """
    if isinstance(outcome, Returned):
        return [[_read(each) for each in tried] for tried in outcome.value]
    end = End.LATE if isinstance(outcome, TimedOut) else End.LOST
    flaw = getattr(outcome, "type", type(outcome).__name__)
    return [[Tried((Ended(end, flaw),))]] * count


def read_again(outcome: Outcome) -> tuple[tuple[Any, str], ...]:
    rows = outcome.value if isinstance(outcome, Returned) else []
    return tuple((arguments, output) for arguments, output in rows)


def _read(summed: Mapping[str, Any]) -> Tried:
    return Tried(
        ends=tuple(Ended(End(end), flaw, line) for end, flaw, line in summed["ends"]),
        pairs=summed["pairs"],
        distinct=summed["distinct"],
        commonest=summed["commonest"],
        marks=frozenset(summed["marks"]),
        returned=tuple((arguments, output) for arguments, output in summed["returned"]),
        slow=summed["slow"],
        differs=summed["differs"],
        idle=tuple(summed["idle"]),
    )


def probe_text(program: Marked) -> str:
    """Put a marked program and what tries its inputs together."""
    return f"{program.text}\n\n{_PROBE}"


def _probe() -> str:
    """Return the probe without docstrings and annotations, which every process would compile."""
    tree = ast.parse(Path(__file__).with_name("probe.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [plain for one in body if (plain := _plain(one)) is not None]
            body[:] = kept or [ast.Pass()]
    return ast.unparse(ast.fix_missing_locations(tree))


def _plain(statement: ast.stmt) -> ast.stmt | None:
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.ImportFrom():
            return None
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return ast.Assign([target], value)
        case ast.Assign(targets=[ast.Name(id="Called_" | "Row_")]):
            return None
    return statement


_PROBE = _probe()
