"""The life of one child: lock itself in, run one program's calls, write records, end.

Imports the standard library alone.
"""

import builtins
import json
import mmap
import os
import resource
from typing import NoReturn

from .lock import Jail, Lock
from .messages import BROKEN, HEADER, RECORD, Job, Kind
from .program import LoadedProgram, Result, load

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

_exit, _usage, _ITSELF = os._exit, resource.getrusage, resource.RUSAGE_SELF
_read_json = vars(json.JSONDecoder())["scan_once"]  # the part of it that is written in C
_OVER_MEMORY = Result(Kind.OVER_MEMORY, "")
_EXIT_DONE, _EXIT_BROKEN = 0, 70


def live(job: Job, inward: int, outward: int, jail: Jail, lock: Lock) -> NoReturn:
    """Be the child; whatever happens, no line of the zygote's own code runs after this."""
    status = _EXIT_BROKEN
    try:
        records = _Records(mmap.mmap(outward, 0))
        request = _read_request(os.pread(inward, os.fstat(inward).st_size, 0))
        os.chdir(jail.tmp)
        _open_standard_files()
        lock.close(job)
        # The daemon holds the same open file: here it sees that what comes is the program's doing.
        os.lseek(inward, 0, os.SEEK_SET)
        os.closerange(3, 1 << 20)
        try:
            _work(request, job.output_bytes, records, twin=jail.twin)
            status = _EXIT_DONE
        except BaseException:
            records.give_up()
            raise
    finally:
        _exit(status)


def rehearse(request: bytes, *, twin: bool) -> None:
    """Do in the zygote what a child does, on records that nobody reads."""
    with mmap.mmap(-1, mmap.PAGESIZE) as pages:
        _work(_read_request(request), mmap.PAGESIZE, _Records(pages), twin=twin)


def _read_request(text: bytes) -> "_Request":
    request: _Request = _read_json(text.decode(), 0)[0]
    return request


def _open_standard_files() -> None:
    """Open them anew: flags and locks on those of the zygote would last for the next program."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)


def _work(request: "_Request", limit_bytes: int, records: "_Records", *, twin: bool) -> None:
    source, calls = request
    program = load(source, calls[0][2], twin=twin)
    if isinstance(program, Result):
        records.put(program, 0.0)
        return
    for call in calls:
        records.begin()
        _make(program, call, limit_bytes, records)


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

    def __init__(self, pages: mmap.mmap) -> None:
        self._pages = pages
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

    def give_up(self) -> None:
        """Say that the child itself has failed, and not its program."""
        HEADER.pack_into(self._pages, 0, BROKEN, self._finished)
