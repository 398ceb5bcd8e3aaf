"""Which kind of zygote a program is best forked from: by what it imports.

Imports the standard library alone. To import a heavy module costs a child seconds, to inherit it
milliseconds; but each megabyte in a zygote slows every fork. So zygotes are made on demand, with
what a program names, out of a fixed list: what is preloaded runs before the jail is closed.
"""

import re
from dataclasses import dataclass

_PLAIN = (
    "abc bisect collections copy dataclasses datetime decimal enum fractions functools heapq "
    "itertools json math operator random re statistics string time typing"
)
_HEAVY = frozenset(
    name
    for line in (
        "matplotlib matplotlib.pyplot networkx nltk numpy numpy.linalg numpy.random pandas sympy",
        "scipy scipy.integrate scipy.interpolate scipy.linalg scipy.ndimage scipy.optimize",
        "scipy.signal scipy.sparse scipy.spatial scipy.special scipy.stats",
        "sklearn sklearn.cluster sklearn.datasets sklearn.decomposition sklearn.ensemble",
        "sklearn.linear_model sklearn.metrics sklearn.model_selection sklearn.naive_bayes",
        "sklearn.neighbors sklearn.preprocessing sklearn.svm sklearn.tree",
    )
    for name in line.split()
)
_NUMPY = ("numpy", "numpy.linalg", "numpy.random")
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]+([^#\n]+)", re.MULTILINE)
_NAME = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True)
class Flavour:
    """One kind of zygote: the twin differs in all that a sound program does not depend on."""

    twin: bool
    preload: tuple[str, ...]


def flavour_of(source: str, *, twin: bool) -> Flavour:
    """Choose the zygote for a program by the import statements in its text."""
    heavy: set[str] = set()
    for origin, names in _IMPORT.findall(source):
        prefix = f"{origin}." if origin else ""
        candidates = {origin, *(prefix + name for name in _NAME.findall(names))}
        heavy |= candidates & _HEAVY
    if heavy:
        heavy.update(_NUMPY)
    return Flavour(twin, (*_PLAIN.split(), *sorted(heavy)))
