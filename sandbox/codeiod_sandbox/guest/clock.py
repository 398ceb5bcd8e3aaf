"""Set the clock of a twin: years and some odd hours away. Imports the standard library alone.

Seen through `time`, `datetime` and `os.times`, in place: the types stay what they are, so that
`isinstance`, `repr` and names bound by `from datetime import datetime` keep their meaning. What
asks the kernel from C is not seen to, such as numpy's and sqlite's dates; nor are times of files.
"""

import ctypes
import datetime
import gc
import os
import posix
import time
from collections.abc import Callable
from typing import Any

# By the number of the twin, in seconds: other years, days of the week and halves of the day.
SHIFTS = (
    0,
    (7 * 365 + 131) * 86_400 + 7 * 3_600 + 13 * 60 + 47,
    (4 * 365 + 212) * 86_400 + 13 * 3_600 + 38 * 60 + 21,
)

_READ_SECONDS = ("time", "monotonic", "perf_counter")
_CLOCKS_NOT_SHIFTED = frozenset((time.CLOCK_PROCESS_CPUTIME_ID, time.CLOCK_THREAD_CPUTIME_ID))


def shift(seconds: int) -> None:
    """Replace all that tells the time of day or an origin of time."""
    nanoseconds = seconds * 1_000_000_000
    for name in _READ_SECONDS:
        _replace(name, _added(getattr(time, name), seconds))
        _replace(name + "_ns", _added(getattr(time, name + "_ns"), nanoseconds))
    _replace("clock_gettime", _added_to_clock(time.clock_gettime, seconds))
    _replace("clock_gettime_ns", _added_to_clock(time.clock_gettime_ns, nanoseconds))
    now = time.time
    for name in ("localtime", "gmtime", "ctime"):
        _replace(name, _given_now(getattr(time, name), now))
    localtime = time.localtime
    _replace("asctime", _given_now(time.asctime, localtime))
    _replace("strftime", _strftime(time.strftime, localtime))
    os.times = posix.times = _later(os.times, seconds)
    _shift_datetime(now)


def _replace(name: str, function: Callable[..., Any]) -> None:
    # A staticmethod is callable and, like the builtin it stands for, does not bind in a class body.
    function.__name__ = function.__qualname__ = name
    setattr(time, name, staticmethod(function))


def _added(read: Callable[[], Any], amount: int) -> Callable[..., Any]:
    def shifted() -> Any:
        return read() + amount

    return shifted


def _added_to_clock(read: Callable[[int], Any], amount: int) -> Callable[..., Any]:
    def shifted(clock: int, /) -> Any:
        return read(clock) + (0 if clock in _CLOCKS_NOT_SHIFTED else amount)

    return shifted


def _given_now(convert: Callable[[Any], Any], now: Callable[[], Any]) -> Callable[..., Any]:
    def shifted(moment: Any = None, /) -> Any:
        return convert(now() if moment is None else moment)

    return shifted


def _later(read: Callable[[], os.times_result], seconds: int) -> Callable[[], os.times_result]:
    def times() -> os.times_result:
        *used, elapsed = read()
        return os.times_result((*used, elapsed + seconds))

    return times


def _strftime(convert: Callable[..., str], now: Callable[[], Any]) -> Callable[..., Any]:
    def shifted(form: str, moment: Any = None, /) -> str:
        return convert(form, now() if moment is None else moment)

    return shifted


def _shift_datetime(now: Callable[[], float]) -> None:
    """Change the methods of the type itself; `today` already asks `time.time`."""

    def shifted_now(
        cls: type[datetime.datetime], tz: datetime.tzinfo | None = None
    ) -> datetime.datetime:
        return cls.fromtimestamp(now(), tz)

    def shifted_utcnow(cls: type[datetime.datetime]) -> datetime.datetime:
        return cls.fromtimestamp(now(), datetime.UTC).replace(tzinfo=None)

    shifted_now.__name__, shifted_utcnow.__name__ = "now", "utcnow"
    # The type is immutable from Python; the dictionary behind its read-only view is not.
    (members,) = gc.get_referents(datetime.datetime.__dict__)
    members["now"] = classmethod(shifted_now)
    members["utcnow"] = classmethod(shifted_utcnow)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
