"""What runs in the sandbox to try inputs: the marked candidate, entry points, generators, a probe.

Imports its neighbours and the sandbox's outcomes; pure. Its own names end in `_`, so as not to
meet the candidate's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from codeiod_sandbox import Call, Outcome, Returned, TimedOut

PROBE_SECONDS = 0.05
"""User time of one call that is only tried: the sandbox's own limit is for calls that count."""
MAX_LATE = 2
"""Calls that ran out of time, after which no more draws of one generator are tried."""
MAX_ALL_LATE = 6
"""The same for all generators of one process."""

_PROBE = '''

import copy as copy_
import json as json_
import random as random_
import signal as signal_

draws_ = {{}}
exec({drawing!r}, draws_)
late_ = [0, 0]


class Late_(BaseException):
    pass


def stop_(number, frame):
    raise Late_


signal_.signal(signal_.SIGVTALRM, stop_)


def flaw_(value, depth=0):
    """Say why a value is no side of a pair: the name of a type, or that it is too big."""
    if isinstance(value, (list, tuple, dict)):
        if len(value) >= 20 or depth >= 8:
            return "big"
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value):
                return "key"
            value = [*value, *value.values()]
        return next(filter(None, (flaw_(member, depth + 1) for member in value)), "")
    if isinstance(value, str):
        return "big" if len(value) >= 100 else ""
    if isinstance(value, float):
        return "" if value - value == 0 else "number"
    if isinstance(value, int):
        return "" if abs(value) < 10 ** 300 else "big"
    return "" if value is None else type(value).__name__


def called_(number, arguments):
    """Call an entry point; return how it ended, what it gave, and the marks that it passed."""
    marks_.clear()
    if late_[0] >= {late} or late_[1] >= {all_late}:
        return ["late", "", []]
    signal_.setitimer(signal_.ITIMER_VIRTUAL, {seconds}, 0.05)
    try:
        value = globals()["main_%d" % number](**copy_.deepcopy(arguments))
        signal_.setitimer(signal_.ITIMER_VIRTUAL, 0)
        flaw = flaw_(value) or flaw_(arguments)
        text = "" if flaw else json_.dumps(value, sort_keys=True)
        if flaw or len(text) >= 1000 or len(json_.dumps(arguments)) >= 1000:
            return ["big" if flaw in ("", "big") else "flawed", flaw, sorted(marks_)]
        return ["returned", text, sorted(marks_)]
    except Late_:
        late_[0] += 1
        late_[1] += 1
        return ["late", "", []]
    except BaseException as error:
        signal_.setitimer(signal_.ITIMER_VIRTUAL, 0)
        return ["raised", [type(error).__name__, line_(error.__traceback__)], sorted(marks_)]
    finally:
        signal_.setitimer(signal_.ITIMER_VIRTUAL, 0)


def line_(step):
    """Return the last line of the program that an exception came through."""
    last = 0
    while step:
        if step.tb_frame.f_code.co_filename == called_.__code__.co_filename:
            last = step.tb_lineno
        step = step.tb_next
    return last


def drawn_(number, seed):
    random_.seed(seed)
    return draws_["draw_%d" % number]()


def probe_(number, seeds, salt):
    """Draw and call; return each draw with what came of it."""
    made = []
    late_[0] = 0
    for seed in seeds:
        try:
            arguments = drawn_(number, seed)
        except Exception as error:
            made.append([{{}}, "raised", [type(error).__name__, 0], []])
        else:
            random_.seed(seed + salt)
            made.append([arguments, *called_(number, arguments)])
    return made


def swaying_(number, seeds):
    """Name the arguments whose change changes the result or the way to it."""
    late_[:] = [0, 0]
    drawn = [drawn_(number, seed) for seed in seeds]
    found = set()
    for arguments, other in zip(drawn, drawn[1:]):
        first = called_(number, arguments)
        for name in set(arguments) - found:
            if first != called_(number, {{**arguments, name: other[name]}}):
                found.add(name)
    return sorted(found)
'''


def probe_text(program: str, entries: Iterable[str], drawing: str) -> str:
    """Put a marked program, its entry points and the probe together; what draws stays apart."""
    probe = _PROBE.format(
        drawing=drawing, late=MAX_LATE, all_late=MAX_ALL_LATE, seconds=PROBE_SECONDS
    )
    return "\n\n".join([program, *entries]) + probe


def probe_call(number: int, seeds: Sequence[int], salt: int = 0) -> Call:
    """:param salt: changes the random state of the calls, not of the draws."""
    return Call("probe_", {"number": number, "seeds": list(seeds), "salt": salt})


def swaying_call(number: int, seeds: Sequence[int]) -> Call:
    return Call("swaying_", {"number": number, "seeds": list(seeds)})


class End(StrEnum):
    """How a call that was tried ended."""

    RETURNED = "returned"
    FLAWED = "flawed"
    BIG = "big"
    LATE = "late"
    RAISED = "raised"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Tried:
    """One draw, and what came of it.

    :param output: canonical JSON text where it returned.
    :param flaw: the type that is no JSON, or the exception's type.
    :param line: of the exception, in the marked program.
    """

    end: End
    arguments: Any = None
    output: str = ""
    flaw: str = ""
    line: int = 0
    marks: frozenset[int] = frozenset()


def read_probe(outcome: Outcome, count: int) -> list[Tried]:
    """Read what a probe returned; a probe that did not come back lost all of its draws."""
    if not isinstance(outcome, Returned):
        end = End.LATE if isinstance(outcome, TimedOut) else End.LOST
        return [Tried(end, flaw=getattr(outcome, "type", type(outcome).__name__))] * count
    return [_read(*row) for row in outcome.value]


def _read(arguments: Any, end: str, told: Any, marks: list[int]) -> Tried:
    match End(end):
        case End.RETURNED:
            return Tried(End.RETURNED, arguments, output=told, marks=frozenset(marks))
        case End.RAISED:
            flaw, line = told
            return Tried(End.RAISED, arguments, flaw=flaw, line=line, marks=frozenset(marks))
        case other:
            return Tried(other, arguments, flaw=told, marks=frozenset(marks))
