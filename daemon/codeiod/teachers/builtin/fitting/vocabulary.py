"""Words that tell what kind of value is meant: methods, functions, and names of arguments.

Imports its neighbour ``evidence``; pure.
"""

from __future__ import annotations

from codeiod.teachers.builtin.fitting.evidence import Use


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TEXT_METHODS = _words(
    "upper lower split strip lstrip rstrip replace startswith endswith isdigit isalpha isalnum "
    "isupper islower title capitalize swapcase splitlines encode zfill center ljust rjust find "
    "rfind isspace partition rsplit format casefold translate isnumeric"
)
CHARACTER_METHODS = _words("isalnum isalpha isdigit islower isspace isupper")
"""Methods that are mostly asked of single characters."""
LIST_METHODS = _words("append extend insert sort reverse pop remove")
MAPPING_METHODS = _words("items keys values get setdefault update")
SET_METHODS = _words("add discard union intersection difference issubset")
USE_BY_METHOD = {
    **dict.fromkeys(TEXT_METHODS, Use.TEXT),
    **dict.fromkeys(LIST_METHODS, Use.CHANGED),
    **dict.fromkeys(MAPPING_METHODS, Use.MAPPING),
    **dict.fromkeys(SET_METHODS, Use.SET),
    **dict.fromkeys(("count", "index"), Use.ITERATED),
}
ITERATING = _words(
    "sum max min sorted enumerate zip list set tuple any all map filter reversed Counter deque "
    "array asarray mean median std heapify accumulate frozenset permutations combinations"
)
NUMBERING = _words(
    "range abs chr bin hex oct divmod pow round sqrt sin cos tan log log2 log10 exp floor ceil "
    "factorial gcd radians degrees isqrt is_integer comb"
)
FLOATING = _words("sqrt sin cos tan log log2 log10 exp radians degrees")
PARSING = _words("int float")

_NAMES = {
    "matrix": "grid matrix board mat table maze",
    "texts": "words names strings strs lines texts tokens dictionary",
    "sentences": "sentences phrases messages",
    "list": "nums numbers arr array lst list list1 list2 l a_list values vals data items seq "
    "sequence scores prices weights heights digits coins costs nums1 nums2 arr1 arr2",
    "sentence": "sentence text line phrase msg message paragraph plaintext",
    "word": "word name pattern key prefix suffix",
    "text": "s s1 s2 t str str1 str2 string letters char ch c",
    "int": "n k m num number count size length limit steps day days index idx i j year month age "
    "total target start end low high left right width height depth row rows col cols",
    "number": "x y z r radius price rate weight temp temperature amount angle ratio percent "
    "percentage salary speed mass distance time a b",
    "bool": "flag verbose reverse debug",
    "mapping": "d dict dic mapping counts",
    "pairs": "points edges pairs coords coordinates cells connections prerequisites",
    "intervals": "intervals ranges meetings segments spans",
    "point": "point coord position",
}
_ENDINGS = (
    (("_list", "_arr", "_array", "_nums"), "list"),
    (("_str", "string", "text", "_name", "_word"), "text"),
    (("_dict", "_map"), "mapping"),
    (("_num", "_count", "_size", "_len"), "int"),
)
_BEGINNINGS = (
    (("is_", "has_", "use_"), "bool"),
    (("n_", "num_", "max", "min"), "int"),
    (("list_",), "list"),
)


RANGES: tuple[tuple[str, int, int], ...] = (
    ("year", 1900, 2100), ("month", 1, 12), ("age", 1, 90), ("hour", 0, 23), ("hours", 0, 23),
    ("minute", 0, 59), ("minutes", 0, 59), ("second", 0, 59), ("percent", 0, 100),
    ("percentage", 0, 100), ("score", 0, 100), ("grade", 0, 100), ("mark", 0, 100),
    ("marks", 0, 100), ("day", 1, 28), ("base", 2, 10), ("angle", 0, 360), ("temperature", -20, 40),
    ("temp", -20, 40), ("celsius", -40, 100), ("fahrenheit", -40, 212), ("weight", 1, 120),
    ("quantum", 1, 5), ("window", 1, 4), ("direction", 0, 1), ("flag", 0, 1),
)  # fmt: skip
"""What a careful reader expects of a number of this name."""


def range_of_name(name: str) -> tuple[int, int] | None:
    """Return the range that the name of a number, or of several, tells of."""
    parts = name.lower().split("_")
    parts += [part.removesuffix("s") for part in parts]
    return next(((low, high) for word, low, high in RANGES if word in parts), None)


def kind_of_name(name: str) -> str:
    for kind, names in _NAMES.items():
        if name in names.split():
            return kind
    for endings, kind in _ENDINGS:
        if name.endswith(endings):
            return kind
    for beginnings, kind in _BEGINNINGS:
        if name.startswith(beginnings):
            return kind
    return "list" if is_plural(name) else ""


def is_graph(name: str) -> bool:
    """Say whether a name is that of the pairs which make a graph: few nodes are to meet often."""
    return name.lower() in ("edges", "connections", "prerequisites", "roads", "links", "relations")


def is_plural(name: str) -> bool:
    return len(name) > 3 and name.endswith("s") and not name.endswith(("ss", "us", "is"))
