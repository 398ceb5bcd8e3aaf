"""The life of one child: lock itself in, run one program's calls, write records, end.

Imports the standard library alone.
"""

import builtins
import json
import mmap
import os
import resource
from dataclasses import dataclass
from typing import NoReturn

from . import landlock, namespaces, rlimits, seccomp, syscalls
from .messages import HEADER, RECORD, Job, Kind, outward_bytes
from .program import LoadedProgram, Result, load

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

_exit, _usage, _ITSELF = os._exit, resource.getrusage, resource.RUSAGE_SELF
_OVER_MEMORY = Result(Kind.OVER_MEMORY, "")
_EXIT_DONE, _EXIT_BROKEN = 0, 70


@dataclass(frozen=True, slots=True)
class Jail:
    """What a zygote has made ready for its children."""

    ruleset: int | None
    filters_calls: bool
    address_bytes: int  # of the zygote itself
    processes: int | None
    tmp: str
    twin: bool


def live(job: Job, inward: int, outward: int, jail: Jail) -> NoReturn:
    """Be the child; whatever happens, no line of the zygote's own code runs after this."""
    status = _EXIT_BROKEN
    try:
        records = _Records(outward)
        request = json.loads(os.pread(inward, os.fstat(inward).st_size, 0))
        _lock_in(job, jail)
        # The daemon holds the same open file: here it sees that what comes is the program's doing.
        os.lseek(inward, 0, os.SEEK_SET)
        os.closerange(3, 1 << 20)
        _work(job, request, records, jail)
        status = _EXIT_DONE
    finally:
        _exit(status)


def _lock_in(job: Job, jail: Jail) -> None:
    """Give up, in an order that still permits the next step, all that a program must not have."""
    os.chdir(jail.tmp)
    _open_standard_files()
    budget = job.memory_bytes + outward_bytes(job.calls, job.output_bytes)
    rlimits.bind(
        address_bytes=jail.address_bytes + budget,
        file_bytes=job.output_bytes,
        processes=jail.processes,
    )
    if jail.ruleset is not None:
        landlock.restrict(jail.ruleset)
    syscalls.set_capabilities()
    namespaces.die_with_forker()
    if jail.filters_calls:
        seccomp.install(seccomp.child_filter(os.getpid()))


def _open_standard_files() -> None:
    """Open them anew: flags and locks on those of the zygote would last for the next program."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)


def _work(job: Job, request: "_Request", records: "_Records", jail: Jail) -> None:
    source, calls = request
    program = load(source, calls[0][2], twin=jail.twin)
    if isinstance(program, Result):
        records.put(program, 0.0)
        return
    for call in calls:
        records.begin()
        _make(program, call, job.output_bytes, records)


def _make(program: LoadedProgram, call: "_Call", limit_bytes: int, records: "_Records") -> None:
    function, arguments, seed = call
    began = _cpu_seconds()
    try:
        result = program.call(function, arguments, seed, limit_bytes)
        records.put(result, _cpu_seconds() - began)
    except MemoryError:  # the program has left too little even to tell of it
        records.put(_OVER_MEMORY, 0.0)


def _cpu_seconds() -> float:
    used = _usage(_ITSELF)
    return used.ru_utime + used.ru_stime


_Call = tuple[str, dict[str, object], int]
_Request = tuple[str, list[_Call]]


class _Records:
    """The outward file, written through a mapping: closing every descriptor changes nothing."""

    __slots__ = ("_end", "_finished", "_pages", "_started")

    def __init__(self, descriptor: int) -> None:
        self._pages = mmap.mmap(descriptor, 0)
        self._end = HEADER.size
        self._started = 0
        self._finished = 0

    def begin(self) -> None:
        self._started += 1
        HEADER.pack_into(self._pages, 0, self._started, self._finished)

    def put(self, result: Result, cpu_seconds: float) -> None:
        body = result.body.encode()
        RECORD.pack_into(self._pages, self._end, len(body), result.kind, cpu_seconds)
        first = self._end + RECORD.size
        self._pages[first : first + len(body)] = body
        self._end = first + len(body)
        self._finished += 1
        HEADER.pack_into(self._pages, 0, self._started, self._finished)
