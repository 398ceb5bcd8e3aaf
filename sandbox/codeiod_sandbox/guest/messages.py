"""The fixed layouts that the daemon's side and the jail's side share. Imports the standard library.

A job is one datagram and two memory files: `inward` holds the request as JSON and is sealed;
`outward` is a header and then one record per call, written by the child through a mapping, so
that no descriptor is left that a program could write to.
"""

import struct
from enum import IntEnum
from typing import NamedTuple, Self

CANCEL = b"cancel"
BY_SIGNAL = 128  # a keeper's exit status where its zygote was killed: this and the signal
LOCKED_IN = 1 << 40  # where a child, once in the jail, leaves the position in `inward`
FAULT_PREFIX = b"\xff" * 8  # read as the number of a job, one that never comes

# started: calls begun (1 while the program loads counts as none); finished: records complete
HEADER = struct.Struct("<II")
STARTED = struct.Struct("<I")
RECORD = struct.Struct("<IBxxxd")  # bytes that follow, kind, CPU seconds
# The wall clock is for what sleeps. On a busy machine a program that computes may get less than a
# quarter of a core: it is not to blame, so its time counts only up to this multiple.
STARVED_FACTOR = 4
BROKEN = 0xFFFF_FFFF  # as `started`: the child itself failed, and not its program
TRACE_SLACK_BYTES = 1 << 17  # for a trace's numbers, beside its texts
RECORD_SLACK_BYTES = 1 << 14  # room beside a result for its record, or for an exception's text


class Kind(IntEnum):
    """What a record tells."""

    RETURNED = 1
    RAISED = 2
    OVER_MEMORY = 3
    OVER_OUTPUT = 4
    NOT_JSON = 5
    LOAD_FAILED = 6
    TRACED = 7  # a second record, after that of a traced call


class Ended(IntEnum):
    """Why a child ended, as the zygote saw it."""

    ITSELF = 0
    CPU = 1
    WALL = 2
    CANCELLED = 3
    HUNG_UP = 4
    STOPPED = 5  # by somebody else: no program may stop itself


JOB, REPORT = struct.Struct("<QQddQQ"), struct.Struct("<QQQdQ")


class Job(NamedTuple):
    """Order one child: its limits, and how many calls it has to make."""

    number: int
    calls: int
    call_seconds: float
    wall_seconds: float
    memory_bytes: int
    output_bytes: int

    def pack(self) -> bytes:
        return JOB.pack(*self)

    @classmethod
    def unpack(cls, datagram: bytes) -> Self:
        return cls._make(JOB.unpack(datagram))


class Report(NamedTuple):
    """Tell how a child ended: its wait status, and what it used; and how large the zygote is."""

    number: int
    status: int
    ended: int
    cpu_seconds: float
    resident_bytes: int

    def pack(self) -> bytes:
        return REPORT.pack(*self)

    @classmethod
    def unpack(cls, datagram: bytes) -> Self:
        return cls(*REPORT.unpack(datagram))


def trace_bytes(text_bytes: int) -> int:
    """Return the room for the record of a trace with so much text; where it is less, none is."""
    return RECORD.size + 4 * text_bytes + TRACE_SLACK_BYTES


def outward_bytes(calls: int, output_bytes: int) -> int:
    """Return the size of the file that holds the records of so many calls."""
    return HEADER.size + calls * (RECORD.size + RECORD_SLACK_BYTES + output_bytes)
