"""Why items became no program, in the words of the rejects, alike ones counted together.

May import items, ``journal``, ``samples``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from codeiod.items import Reason, Stage
from codeiod.journal.records import End, Stream
from codeiod.reports.samples import lines

LOOKED_AT = 100_000
"""Lines that are read: the words are for a glance, the counts of all are in the report."""

NONE_REOPENED: Mapping[str, int] = MappingProxyType({})

_PLACE = re.compile(r"line \d+: ")
_FUNCTION = re.compile(r"[^\W\d]\w*: (?=[a-z])")
_SHARE = re.compile(r"\b\d+% of")
_LIMIT_CHARACTERS = 120


def refusals(
    directory: Path, ends: Mapping[int, End], reopened: Mapping[str, int] = NONE_REOPENED
) -> Counter[str]:
    """Count why items gave no program or no pairs; of several reasons the first, as most share it.

    :param ends: of the parts of the rejects, as far as they are committed.
    :param reopened: the present epoch of items that were taken up again.
    :raises Damaged: a part can't be read so far.
    """
    looked_at = islice(lines(directory, Stream.REJECTS, ends), LOOKED_AT)
    return Counter(
        gist(line["detail"])
        for line in looked_at
        if _is_refusal(line) and line["epoch"] >= reopened.get(line["item_id"], 0)
    )


def _is_refusal(line: Mapping[str, Any]) -> bool:
    """Tell whether a line is of an item that was read, and not of a fault with its traceback."""
    is_of_an_item = not line["task"] and line["stage"] != Stage.ADMIT
    return is_of_an_item and line["reason"] != Reason.FAULT


def gist(detail: str) -> str:
    """Return what a detail says of the matter, without names, places and numbers of its own."""
    place = _PLACE.match(detail)
    text = detail[place.end() :] if place else detail
    function = _FUNCTION.match(text)
    text = text[function.end() :] if function else text
    head, *rest = text.split("; ")[0].split(" (")[0].split(": ")
    told = f"{head}: {rest[0]}" if rest and rest[0].startswith("it ") else head
    return _SHARE.sub("a part of", told)[:_LIMIT_CHARACTERS]
