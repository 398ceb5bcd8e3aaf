"""Names that need no definition in a file: builtins, and what authors forget to import.

Imports the standard library only.
"""

from __future__ import annotations

import builtins


def words(text: str) -> frozenset[str]:
    """Return the words of a text, as a set."""
    return frozenset(text.split())


BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}
HARMLESS_CALLS = words(
    """abs all any bin bool chr dict divmod enumerate filter float format frozenset getattr
    hasattr hex int isinstance issubclass len list map max min oct ord pow range repr
    reversed round set slice sorted str sum tuple type zip items keys values get join split
    strip lstrip rstrip upper lower title capitalize replace startswith endswith find index
    count copy center ljust rjust zfill format isdigit isalpha splitlines tolist sqrt floor
    ceil"""
)
_TYPING = """Any Callable ClassVar DefaultDict Deque Dict Final FrozenSet Generator Generic Iterable
Iterator List Literal Mapping MutableMapping NamedTuple NoReturn Optional Sequence Set Text Tuple
Type TypeVar Union"""
_FROM = {
    "typing": _TYPING.split(),
    "collections": ["Counter", "OrderedDict", "defaultdict", "deque", "namedtuple"],
    "functools": ["cache", "cmp_to_key", "lru_cache", "reduce"],
    "heapq": ["heapify", "heappop", "heappush", "heappushpop", "heapreplace", "nlargest"],
    "bisect": ["bisect_left", "bisect_right", "insort"],
    "itertools": ["accumulate", "chain", "combinations", "groupby", "permutations", "product"],
    "math": ["ceil", "comb", "floor", "gcd", "inf", "log2", "sqrt"],
    "copy": ["deepcopy"],
}
_MODULES = words("bisect collections copy functools heapq itertools math operator re string")
KNOWN_NAMES = {
    **{name: f"import {name}" for name in _MODULES},
    **{name: f"from {module} import {name}" for module, names in _FROM.items() for name in names},
    "np": "import numpy as np",
}
"""By name the import that gives it its usual meaning, for files that lack it."""

VALUE_ATTRIBUTES = frozenset(
    name
    for kind in (int, float, complex, str, bytes, list, tuple, dict, set)
    for name in dir(kind)
    if not name.startswith("__")
)
ARRAY_ATTRIBUTES = words(
    """shape T dot sum mean std var min max argmin argmax argsort sort reshape flatten ravel
    astype copy tolist size ndim dtype transpose cumsum prod any all nonzero item fill
    diagonal trace round clip conj real imag"""
)
