"""Why items became no program, in the words of the rejects, alike ones counted together.

May import items, ``journal``, ``samples``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from codeiod.items import Stage
from codeiod.journal.records import End, Stream
from codeiod.reports.samples import lines

LOOKED_AT = 100_000
"""Rejects that are read: the words are for a glance, the counts of all are in the report."""

_PLACE = re.compile(r"line \d+: ")
_FUNCTION = re.compile(r"[^\W\d]\w*: (?=[a-z])")
_SHARE = re.compile(r"\b\d+% of")
_LIMIT_CHARACTERS = 120


def refusals(directory: Path, ends: Mapping[int, End]) -> Counter[str]:
    """Count why items gave no program or no pairs; of several reasons the first, as most share it.

    :param ends: of the parts of the rejects, as far as they are committed.
    :raises Damaged: a part can't be read so far.
    """
    of_items = (line for line in lines(directory, Stream.REJECTS, ends) if not line["task"])
    looked_at = islice(of_items, LOOKED_AT)
    return Counter(gist(line["detail"]) for line in looked_at if line["stage"] != Stage.ADMIT)


def gist(detail: str) -> str:
    """Return what a detail says of the matter, without names, places and numbers of its own."""
    place = _PLACE.match(detail)
    text = detail[place.end() :] if place else detail
    function = _FUNCTION.match(text)
    text = text[function.end() :] if function else text
    head, *rest = text.split("; ")[0].split(" (")[0].split(": ")
    told = f"{head}: {rest[0]}" if rest and rest[0].startswith("it ") else head
    return _SHARE.sub("a part of", told)[:_LIMIT_CHARACTERS]
