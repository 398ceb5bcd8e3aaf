"""Read the corpus of hostile programs: what each file asks for, and what must happen.

A file opens with comment lines `# key: value`, then the docstring that says what it tries:

    expect: Raised PermissionError | Died SIGSYS   one of these; more such lines add to them
    expect at WEAK: Returned "read"                instead of the above at that level
    reaches at WEAK: there is no Landlock          by design; the canary is not looked at there
    leaves at WEAK: there is no Landlock           files or a zygote's end, but no touched canary
    limits: call_seconds=0.2 memory_mib=64         where they differ from the corpus' own
    given: file, port                              arguments, facts about the canary
    calls: 3                                       as many calls; what is expected holds for each
    function: work                                 the one to call, if it is not `main_solution`
    program: SOURCE                                the program is the text in that constant

Any other key is an error, and so is a file without `expect` or without a docstring.
"""

import ast
import json
import re
import runpy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from codeiod_sandbox import (
    Died,
    Limits,
    LoadFailed,
    NotJson,
    Outcome,
    OverMemory,
    OverOutput,
    Raised,
    Returned,
    SandboxLevel,
    TimedOut,
)

FOLDER = Path(__file__).with_name("hostile")
LIMITS = Limits(call_seconds=0.5, memory_bytes=64 << 20, output_bytes=1 << 16)
_HEADER = re.compile(r"# (\w+)(?: at (\w+))?: (.*\S)")
_LIMITS = {
    "call_seconds": ("call_seconds", float),
    "memory_mib": ("memory_bytes", lambda word: int(word) << 20),
    "output_kib": ("output_bytes", lambda word: int(word) << 10),
}


@dataclass(frozen=True, slots=True)
class Expected:
    """One outcome that will do: its type, and what must be in it where that is told."""

    kind: str
    detail: str

    def covers(self, outcome: Outcome) -> bool:
        return type(outcome).__name__ == self.kind and (
            not self.detail or self.detail == _detail(outcome)
        )


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile program."""

    name: str
    source: str
    function: str = "main_solution"
    calls: int = 1
    given: tuple[str, ...] = ()
    limits: Limits = LIMITS
    expected: dict[SandboxLevel | None, list[Expected]] = field(default_factory=dict)
    reaches: dict[SandboxLevel, str] = field(default_factory=dict)
    leaves: dict[SandboxLevel, str] = field(default_factory=dict)

    def expected_at(self, level: SandboxLevel) -> list[Expected]:
        return self.expected.get(level) or self.expected[None]


def read_case(path: Path) -> Case:
    """Read one file. :raises ValueError: where its header is none of the form above."""
    text = path.read_text(encoding="utf-8")
    case = Case(path.stem, text)
    for line in _header_lines(text):
        match = _HEADER.fullmatch(line)
        if match is None:
            raise ValueError(f"{path.name}: {line!r} is no `# key: value`")
        try:
            case = _with(case, path, *match.groups())
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path.name}: {line!r}: {error}") from error
    if None not in case.expected or not ast.get_docstring(ast.parse(text)):
        raise ValueError(f"{path.name}: says not what must happen, or not what it tries")
    return case


def _header_lines(text: str) -> Iterable[str]:
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        yield line


def _with(case: Case, path: Path, key: str, at: str | None, value: str) -> Case:
    """Return the case with one more line of its header taken in."""
    level = SandboxLevel[at] if at else None
    match key, level:
        case "expect", _:
            case.expected.setdefault(level, []).extend(_expected(value))
            return case
        case "reaches", SandboxLevel():
            case.reaches[level] = case.leaves[level] = value
            return case
        case "leaves", SandboxLevel():
            case.leaves[level] = value
            return case
        case "limits", None:
            return replace(case, limits=_limits(case.limits, value))
        case "given", None:
            return replace(case, given=tuple(re.split(r",\s*", value)))
        case "calls", None:
            return replace(case, calls=int(value))
        case "function", None:
            return replace(case, function=value)
        case "program", None:
            return replace(case, source=runpy.run_path(str(path))[value])
    raise ValueError("an unknown key")


def _expected(value: str) -> list[Expected]:
    alternatives = [part.strip().partition(" ") for part in value.split(" | ")]
    for kind, _, detail in alternatives:
        if kind not in _DETAILS:
            raise ValueError(f"{kind} is no outcome")
        if kind == "Returned" and detail:
            json.loads(detail)
    return [Expected(kind, detail) for kind, _, detail in alternatives]


def _limits(limits: Limits, value: str) -> Limits:
    for word in value.split():
        name, _, amount = word.partition("=")
        attribute, parse = _LIMITS[name]
        limits = replace(limits, **{attribute: parse(amount)})
    return limits


_DETAILS = {
    "Returned": "json",
    "Raised": "type",
    "LoadFailed": "type",
    "TimedOut": "limit",
    "Died": "signal",
    "NotJson": "why",
    "OverMemory": "",
    "OverOutput": "",
}
_KINDS = (Returned, Raised, LoadFailed, TimedOut, Died, NotJson, OverMemory, OverOutput)
assert {kind.__name__ for kind in _KINDS} == set(_DETAILS)


def _detail(outcome: Outcome) -> str:
    attribute = _DETAILS[type(outcome).__name__]
    return str(getattr(outcome, attribute)) if attribute else ""
