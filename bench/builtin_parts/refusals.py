"""Why files gave no program: the words of the rejects, in few kinds. Standard library only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

_PLACE = re.compile(r"^line \d+: ")
_COUNT = re.compile(r" \(\d+\)$")
_NO_FUNCTION_FITS = "no function of the file can be used: "
_ALIKE = (
    (re.compile(r"it needs the module .*"), "it needs a module that is not there"),
    (re.compile(r"it uses `.*"), "it uses what the file does not define"),
    (re.compile(r"changing .* changes nothing"), "an argument changes nothing"),
    (re.compile(r"its draws cover \d+% of its branches"), "its draws cover too few branches"),
)


def kind_of(reject: dict[str, Any]) -> str:
    """Name the kind of one reject; of several functions' reasons the first, as most share it."""
    kind = _own_words(reject)
    for pattern, told in _ALIKE:
        kind = pattern.sub(told, kind)
    return kind


def _own_words(reject: dict[str, Any]) -> str:
    detail = _PLACE.sub("", reject["detail"])
    if reject["reason"] != "unparsable":
        return str(reject["reason"])
    if "Python 2" in detail:
        return "it is Python 2"
    if "does not parse" in detail:
        return "it does not parse as Python 3"
    if detail.startswith(_NO_FUNCTION_FITS):
        first = detail.removeprefix(_NO_FUNCTION_FITS).split(";")[0]
        return "no function fits: " + _COUNT.sub("", first)
    if match := re.match(r"(NO PROGRAM: )?\w+: (.*?)(;|\(|:|$)", detail):
        return "tried, but " + match[2].strip()
    return detail.split(":")[0][:80]


def table_of(rejects: Iterable[dict[str, Any]]) -> list[tuple[str, int]]:
    """Count the kinds, the most frequent first."""
    return Counter(map(kind_of, rejects)).most_common()
