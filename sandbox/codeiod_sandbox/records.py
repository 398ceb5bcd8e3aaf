"""The two memory files of a job: what goes in, and what is made of the records that come out.

Imports the values and the shared layouts; blocks on nothing, as both files are memory.
"""

import fcntl
import json
import math
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

from codeiod_sandbox import strict_json
from codeiod_sandbox.guest.encode import DEPTH
from codeiod_sandbox.guest.messages import (
    BROKEN,
    HEADER,
    RECORD,
    Ended,
    Kind,
    Report,
    outward_bytes,
    trace_bytes,
)
from codeiod_sandbox.outcomes import (
    Call,
    Died,
    LoadFailed,
    NotJson,
    Outcome,
    OverMemory,
    OverOutput,
    Program,
    Raised,
    Returned,
    TimedOut,
)
from codeiod_sandbox.statements import statement_lines
from codeiod_sandbox.trace_reading import find_story
from codeiod_sandbox.traces import TraceLimits

_PROTOCOL = Died("protocol")
_strict = json.JSONEncoder(allow_nan=False)
_BLOCK_BYTES = 512
ARGUMENTS_DEPTH = 600  # what every supported Python reads again, wherever it was written
# What ends processes from outside; the others tell of faults, or of timers of the program's own.
_FOREIGN_SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_NAME_CHARS, _TEXT_CHARS, _NO_LINE = 100, 1000, 1 << 31


def write_request(
    program: Program, calls: Sequence[Call], traced: TraceLimits | None = None
) -> int:
    """Return the descriptor of a sealed memory file that holds the request.

    :param traced: how, where its one call is to be traced.
    :raises ValueError: where arguments are not JSON. :raises TypeError: likewise.
    """
    rows = [(call.function, dict(call.arguments), call.seed) for call in calls]
    asked = [(astuple(traced), statement_lines(program.source))] if traced else []
    try:
        text = _strict.encode((program.source, rows, *asked))
    except RecursionError:
        raise ValueError("the arguments are nested too deep") from None
    if strict_json.is_deeper(rows, text, ARGUMENTS_DEPTH):
        raise ValueError("the arguments are nested too deep")
    descriptor = os.memfd_create("inward", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    written = 0
    body = text.encode()
    while written < len(body):
        written += os.pwrite(descriptor, body[written:], written)
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


def make_outward(calls: int, output_bytes: int, traced: TraceLimits | None = None) -> int:
    """Return the descriptor of an empty memory file whose size nobody can change."""
    size = outward_bytes(calls, output_bytes) + (trace_bytes(traced.max_bytes) if traced else 0)
    descriptor = os.memfd_create("outward", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size)
    seals = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


@dataclass(frozen=True, slots=True)
class Reading:
    """What one child came to: the outcomes of the first calls of its job, one at least.

    `story`: what a tracer wrote, unread.
    `ended_by`: a signal that ended it and was not its zygote's; the last outcome is only a guess.
    """

    outcomes: list[Outcome]
    loaded: bool
    ended_by: int | None = None
    story: str | None = None

    @property
    def may_be_its_own(self) -> bool:
        """Whether a program can send itself this signal."""
        return self.ended_by != signal.SIGKILL


def read_outcomes(
    outward: int,
    used_bytes: int,
    calls: int,
    output_bytes: int,
    report: Report,
    traced: TraceLimits | None = None,
) -> Reading:
    """Read what a child wrote, and how it ended where it wrote too little.

    A child that ended before its time has an outcome for the call that it ended in, and leaves
    the rest out; a program that did not load has one outcome for all.

    :param used_bytes: as `bytes_in_use` tells.
    """
    written = os.pread(outward, used_bytes, 0).ljust(HEADER.size, b"\0")
    started, finished = HEADER.unpack_from(written)
    count = min(finished, calls)
    outcomes = list(_records(written, count, output_bytes, report.cpu_seconds))
    if started == BROKEN:
        outcomes = [*outcomes, _PROTOCOL][:calls]
    signalled = _foreign_signal(report)
    if started == 0:
        failure = outcomes[0] if outcomes else _as_load_failure(_end(report))
        outcome = failure if isinstance(failure, LoadFailed) else _PROTOCOL
        return Reading([outcome], loaded=False, ended_by=None if outcomes else signalled)
    if len(outcomes) == calls or _PROTOCOL in outcomes:
        story = find_story(outward, traced) if traced else None
        return Reading(outcomes, loaded=True, story=story)
    return Reading([*outcomes, _end(report)], loaded=True, ended_by=signalled)


def bytes_in_use(outward: int) -> int:
    """Return how far a child has written, to the page: it leaves no holes."""
    return os.fstat(outward).st_blocks * _BLOCK_BYTES


def _foreign_signal(report: Report) -> int | None:
    """Return the signal that ended a child and may have come from outside of the jail."""
    if report.ended not in (Ended.ITSELF, Ended.STOPPED) or not os.WIFSIGNALED(report.status):
        return None
    number = os.WTERMSIG(report.status)
    return number if number in _FOREIGN_SIGNALS else None


def _records(
    written: bytes, count: int, output_bytes: int, most_cpu_seconds: float
) -> Iterator[Outcome]:
    """Read as many whole records as there are; the first that no child writes ends the reading."""
    place = HEADER.size
    for _ in range(count):
        if place + RECORD.size > len(written):
            return
        length, kind, cpu_seconds = RECORD.unpack_from(written, place)
        place += RECORD.size
        if length > len(written) - place:
            return
        body = written[place : place + length]
        place += length
        outcome = _outcome(kind, body, min(cpu_seconds, most_cpu_seconds), output_bytes)
        yield outcome or _PROTOCOL
        if outcome is None:
            return


def _outcome(kind: int, body: bytes, cpu_seconds: float, output_bytes: int) -> Outcome | None:
    """Read one record; None where it is none that a child writes."""
    if kind == Kind.OVER_MEMORY:
        return OverMemory()
    if kind == Kind.OVER_OUTPUT or len(body) > max(output_bytes, 1 << 16):
        return OverOutput()
    try:
        text = body.decode("ascii")
        if kind == Kind.RETURNED:
            return _returned(text, cpu_seconds)
        if kind == Kind.NOT_JSON:
            return NotJson(text[:1000])
        if kind in (Kind.RAISED, Kind.LOAD_FAILED):
            return _exception(kind, strict_json.parse(text))
    except ValueError:
        pass
    return None


def _returned(text: str, cpu_seconds: float) -> Outcome | None:
    """Read a result. Its text has one form, and one only: two spellings are not two results."""
    used = cpu_seconds if math.isfinite(cpu_seconds) and cpu_seconds >= 0 else 0.0
    try:
        value = strict_json.parse(text)
    except ValueError as error:
        return NotJson(str(error))
    if json.dumps(value) != text or strict_json.is_deeper(value, text, DEPTH):
        return None
    return Returned(text, value, used)


def _exception(kind: int, told: object) -> Outcome | None:
    match told:
        case [str(name), str(text), int(line)] if 0 <= line < _NO_LINE:
            made = Raised if kind == Kind.RAISED else LoadFailed
            return made(name[:_NAME_CHARS], text[:_TEXT_CHARS], int(line))
    return None


def _end(report: Report) -> Outcome:
    """Say why a child ended early, from what its zygote saw."""
    if report.ended == Ended.CPU:
        return TimedOut("cpu")
    if report.ended in (Ended.WALL, Ended.STOPPED):
        return TimedOut("wall")
    if os.WIFSIGNALED(report.status):
        return _killed(os.WTERMSIG(report.status))
    return Died(f"exit {os.waitstatus_to_exitcode(report.status)}")


def _killed(number: int) -> Outcome:
    if number == signal.SIGKILL:
        return OverMemory()  # not by us: the kernel was out of memory
    if number == signal.SIGXFSZ:
        return OverOutput()
    try:
        return Died(signal.Signals(number).name)
    except ValueError:
        return Died(f"signal {number}")


def _as_load_failure(outcome: Outcome) -> LoadFailed:
    match outcome:
        case TimedOut(limit):
            return LoadFailed("TimeoutError", f"loading took too long ({limit})", 0)
        case OverMemory():
            return LoadFailed("MemoryError", "loading took too much memory", 0)
        case Died(how):
            return LoadFailed("SystemExit", f"the process ended while loading: {how}", 0)
    return LoadFailed("OSError", "loading wrote too much", 0)
