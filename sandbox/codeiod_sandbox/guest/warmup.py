"""What a zygote does once so that no child has to. Imports the standard library alone."""

import random
import sys
import time
from collections.abc import Iterable
from importlib import import_module

from . import clock, imports
from .child import TWIN_SEED, rehearse

_PROGRAM = """
import dataclasses, re
@dataclasses.dataclass
class Point:
    x: int
def work(n):
    if n < 0:
        raise ValueError(f"{n} is negative")
    return {"a": [Point(i).x * 2 for i in range(n)], "b": re.sub("a", "b", "banana"), "c": 1.5}
def plain(n):
    return sum(range(n))
"""
_REHEARSALS = 24  # until the interpreter has made of its bytecode what it makes of it
_kept: list[object] = []  # alive as long as the zygote


def preload(names: Iterable[str], allowed: Iterable[str] | None, *, twin: int) -> None:
    """Import what programs use, as far as it is there, and hide our own modules from them.

    A twin's clock is set before, as modules bind functions of `time` when they are imported.
    """
    if twin:
        clock.shift(clock.SHIFTS[twin])
    imports.restrict(allowed)
    for name in names:
        try:
            import_module(name)
        except ImportError:
            continue  # a program that needs it will be told
    for name in [name for name in sys.modules if name.split(".")[0] == __package__]:
        del sys.modules[name]


def warm_up(*, twin: bool) -> None:
    """Do once, before any fork, what every child would do for the first time."""
    time.tzset()
    if twin:
        _disturb_layout()
    main_module = sys.modules["__main__"]
    for number in range(_REHEARSALS):
        calls: list[tuple[str, dict[str, object]]]
        calls = [("plain", {"n": number}), ("work", {"n": number}), ("work", {"n": -1})]
        rehearse(_PROGRAM, [(*call, number) for call in calls], TWIN_SEED if twin else 0)
    _kept.extend((main_module, sys.modules["__main__"]))  # else a child would have to free it


def _disturb_layout() -> None:
    """Leave holes of every small size, in random order, so that addresses order differently."""
    for size in range(16, 512, 16):
        blocks = [bytes(size - 1) for _ in range(67)]
        random.shuffle(blocks)
        _kept.extend(blocks[::3])
