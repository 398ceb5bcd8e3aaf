"""What a zygote does once so that no child has to. Imports the standard library alone."""

import gc
import random
import sys
import time
from collections.abc import Iterable
from importlib import import_module

from . import clock, imports
from .chance import take_over
from .child import TWIN_SEED, rehearse

_PROGRAM = """
import re
class Point:
    def __init__(self, x):
        self.x = x
def work(n):
    if n < 0:
        raise ValueError(f"{n} is negative")
    return {"a": [Point(i).x * 2 for i in range(n)], "b": re.sub("a", "b", "banana"), "c": 1.5}
"""
_CALLS: list[tuple[str, dict[str, object], int]] = [("work", {"n": 3}, 1), ("work", {"n": -1}, 2)]
_PLAIN = "def plain(n):\n    return sum(range(n))"
_REHEARSALS = 24  # until the interpreter has made of its bytecode what it makes of it
_ADJACENT = 12  # so many blocks side by side are no accident
_MOST_HOLES = 1500  # of one size
_chance = random.SystemRandom()
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
    take_over()
    main_module = sys.modules["__main__"]
    change = TWIN_SEED if twin else 0
    rehearse(_PROGRAM, _CALLS, change)
    for number in range(_REHEARSALS):
        rehearse(_PLAIN, [("plain", {"n": number}, number)], change)
    _kept.extend((main_module, sys.modules["__main__"]))  # else a child would have to free it
    gc.collect()
    _plug_holes()
    if twin:
        _disturb_layout()


def _plug_holes() -> None:
    """Fill what is free among the small blocks, size by size.

    It lies all over the heap, and a child would copy a page for each that it takes. What comes
    after lies side by side.
    """
    for size in range(16, 513, 16):
        adjacent = last = 0
        for number in range(_MOST_HOLES):
            block = _block(size, number)
            adjacent = adjacent + 1 if id(block) - last == size else 0
            last = id(block)
            _kept.append(block)
            if adjacent == _ADJACENT:
                break


def _block(size: int, number: int) -> object:
    if size == 16:
        return object()
    return (1 << 40) + number if size == 32 else bytes(size - 40)


def _disturb_layout() -> None:
    """Leave holes of every small size, in random order, so that addresses order differently."""
    for size in range(16, 512, 16):
        blocks = [bytes(size - 1) for _ in range(67)]
        _chance.shuffle(blocks)
        _kept.extend(blocks[::3])
