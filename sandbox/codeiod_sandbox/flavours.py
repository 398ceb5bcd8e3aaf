"""Which kind of zygote a program is best forked from: by what it imports.

Imports the standard library and ``modules``. To import a heavy module costs a child seconds, to
inherit it milliseconds; but each megabyte in a zygote slows every fork. So zygotes are made on
demand, with what a program names, out of a fixed list: what is preloaded runs before the jail is
closed.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from codeiod_sandbox.modules import DEFAULT_MODULES, Modules

TWINS = 2
_PROGRAMS = 32  # that are asked about again and again, call after call
_NUMPY = ("numpy", "numpy.linalg", "numpy.random")
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]+([^#\n]+)", re.MULTILINE)
_NAME = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True)
class Flavour:
    """One kind of zygote.

    :param twin: 0, or which of the twins it is: these differ from it and from each other in all
        that a sound program does not depend on. There are two, as a set of two strings has the
        same order under every other hash seed.
    """

    twin: int
    preload: tuple[str, ...]
    allowed: tuple[str, ...] | None = None

    def for_call(self, index: int) -> Self:
        """Return the twin whose turn it is where each call has a process of its own."""
        return replace(self, twin=1 + index % TWINS) if self.twin else self

    def order_of(self, calls: int) -> list[int]:
        """Return in which order calls that have a process each are cheapest: twin after twin.

        What a fork walks through is in the caches where the last one was of the same zygote.
        """
        return sorted(range(calls), key=lambda index: index % TWINS if self.twin else 0)


@lru_cache(_PROGRAMS)
def flavour_of(source: str, *, twin: bool, modules: Modules = DEFAULT_MODULES) -> Flavour:
    """Choose the zygote for a program by the import statements in its text."""
    choice = modules.heavy_and_allowed()
    heavy: set[str] = set()
    for origin, names in _IMPORT.findall(source):
        prefix = f"{origin}." if origin else ""
        candidates = {origin, *(prefix + name for name in _NAME.findall(names))}
        heavy |= candidates & choice
    if heavy:
        heavy |= modules.heavy.intersection(_NUMPY)
    return Flavour(int(twin), (*modules.preload, *sorted(heavy)), modules.allowed)
