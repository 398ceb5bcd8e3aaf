"""Whether a program of a run is worth asking about: judged by its pairs and by running it again.

May import ``ways`` and the sandbox. What is wanted is the goal of the built-in teacher, word by
word: three pairs, three different outputs, every argument used, four statements, most branches.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from builtin_parts.ways import share_taken, spread, ways_of
from codeiod_sandbox import Call, Outcome, Program, Sandbox, Trace, TraceLimits

ENTRY_POINT = "main_solution"
MIN_PAIRS = 3
MIN_OUTPUTS = 3
MIN_STATEMENTS = 4
MIN_SHARE = 0.8
COUNTS_ONLY = TraceLimits(max_steps=1, max_tail_steps=1, max_events=2_000_000)

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found of one program; `faults` is empty where it is sound."""

    faults: tuple[str, ...]
    share: float = 1.0
    statements: int = 0


@dataclass(frozen=True, slots=True)
class _Subject:
    """A program under judgement."""

    sandbox: Sandbox
    source: str
    inputs: list[Arguments]
    traces: list[Trace]


async def judge(sandbox: Sandbox, refcode: str, ios: list[dict[str, Any]]) -> Judged:
    """Judge one program.

    :raises codeiod_sandbox.SandboxError: the sandbox itself failed.
    """
    faults = []
    if len(ios) < MIN_PAIRS:
        faults.append("fewer than 3 pairs")
    if len({json.dumps(io["output"], sort_keys=True) for io in ios}) < MIN_OUTPUTS:
        faults.append("fewer than 3 different outputs")
    source, inputs = spread(refcode), [io["input"] for io in ios]
    traced = [await _trace(sandbox, source, each) for each in inputs]
    traces = [trace for trace in traced if trace]
    if len(traces) < len(inputs):
        return Judged((*faults, "a pair can't be traced"))
    subject = _Subject(sandbox, source, inputs, traces)
    if [name for name in inputs[0] if not await _is_used(subject, name)]:
        faults.append("an argument that changes nothing")
    statements = len({line for trace in traces for line in trace.line_counts})
    if statements < MIN_STATEMENTS:
        faults.append("fewer than 4 statements run")
    share = share_taken(ways_of(source), traces)
    if share < MIN_SHARE:
        faults.append("less than 80% of its branches taken")
    return Judged(tuple(faults), share, statements)


async def _trace(sandbox: Sandbox, source: str, arguments: Arguments) -> Trace | None:
    traced = await sandbox.trace(Program(source), Call(ENTRY_POINT, arguments), COUNTS_ONLY)
    return traced.trace


async def _is_used(subject: _Subject, name: str) -> bool:
    """Whether another pair's value of an argument changes an outcome or a path."""
    inputs = subject.inputs
    neighbours = enumerate(zip(inputs, inputs[1:] + inputs[:1], strict=True))
    changed = [
        (place, each | {name: other[name]})
        for place, (each, other) in neighbours
        if each[name] != other[name]
    ]
    calls = [Call(ENTRY_POINT, arguments) for _, arguments in changed]
    unchanged = [Call(ENTRY_POINT, inputs[place]) for place, _ in changed]
    found = await subject.sandbox.run(Program(subject.source), calls + unchanged)
    before, after = found[len(calls) :], found[: len(calls)]
    if [_told(one) for one in before] != [_told(one) for one in after]:
        return True
    for place, arguments in changed:
        trace = await _trace(subject.sandbox, subject.source, arguments)
        if trace is None or trace.line_counts != subject.traces[place].line_counts:
            return True
    return False


def _told(outcome: Outcome) -> object:
    """What of an outcome is the program's own doing."""
    return getattr(outcome, "json", None) or type(outcome)
