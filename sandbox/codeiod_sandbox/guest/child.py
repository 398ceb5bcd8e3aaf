"""The life of one child: lock itself in, run one program's calls, write records, end.

Imports the standard library alone.
"""

import builtins
import json
import mmap
import os
import time
from typing import NoReturn

from .calls import Row
from .lock import Lock
from .messages import BROKEN, HEADER, LOCKED_IN, RECORD, Kind
from .program import Result, call, load
from .tracer import Asked, Tracer

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

TWIN_SEED = 0x5DEECE66D_1B873593
_OVER_MEMORY = (Kind.OVER_MEMORY, "")
_EXIT_DONE, _EXIT_BROKEN = 0, 70
_exit, _cpu_seconds = os._exit, time.process_time
_read_json = vars(json.JSONDecoder())["scan_once"]  # the part of it that is written in C


def live(
    inward: int, outward: int, output_bytes: int, lock: Lock, row: Row, seed_change: int
) -> NoReturn:
    """Be the child; whatever happens, no line of the zygote's own code runs after this."""
    status = _EXIT_BROKEN
    try:
        records = _Records(mmap.mmap(outward, 0))
        request = _read_json(os.pread(inward, os.fstat(inward).st_size, 0).decode(), 0)[0]
        lock.close(row)
        # The daemon holds the same open file: here it sees that what comes is the program's doing.
        os.lseek(inward, LOCKED_IN, os.SEEK_SET)
        os.closerange(3, 1 << 20)
        try:
            _work(request, output_bytes, records, seed_change)
            status = _EXIT_DONE
        except BaseException:
            records.give_up()
            raise
    finally:
        while True:  # what a program left behind, a timer or a monitor, may raise here too
            try:
                _exit(status)
            except BaseException:  # noqa: BLE001 # there is nothing left but to end
                continue


def rehearse(source: str, calls: list["_Call"], seed_change: int) -> None:
    """Do in the zygote what a child does, on records that nobody reads."""
    with mmap.mmap(-1, mmap.PAGESIZE) as pages:
        request = _read_json(json.dumps([source, calls]), 0)[0]
        _work(request, mmap.PAGESIZE, _Records(pages), seed_change)


_Call = tuple[str, dict[str, object], int]
_Request = tuple[str, list[_Call], *tuple[Asked, ...]]  # the last where its one call is traced


def _work(request: _Request, limit_bytes: int, records: "_Records", seed_change: int) -> None:
    source, calls, *asked = request
    functions = load(source, calls[0][2] ^ seed_change)
    if isinstance(functions, tuple):
        records.put(functions, 0.0)
        return
    tracer = Tracer(*asked[0]) if asked else None
    if tracer:
        functions = tracer.around(functions, calls[0][0])
    for function, arguments, seed in calls:
        records.begin()
        began = _cpu_seconds()
        try:
            result = call(functions, function, arguments, seed ^ seed_change, limit_bytes)
            records.put(result, _cpu_seconds() - began)
        except MemoryError:  # the program has left too little even to tell of it
            records.put(_OVER_MEMORY, 0.0)
    if tracer:
        records.put((Kind.TRACED, tracer.story()), 0.0)


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
        kind, text = result
        body = text.encode()
        RECORD.pack_into(self._pages, self._end, len(body), kind, cpu_seconds)
        first = self._end + RECORD.size
        self._pages[first : first + len(body)] = body
        self._end = first + len(body)
        self._finished += 1
        HEADER.pack_into(self._pages, 0, self._started, self._finished)

    def give_up(self) -> None:
        """Say that the child itself has failed, and not its program."""
        HEADER.pack_into(self._pages, 0, BROKEN, self._finished)
