"""Read what is asked of the address: filters and cursors, each value held against what it may be.

May import ``answers``, ``index.asks`` and items.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from codeiod.items import Reason, Stage, Status, Task
from codeiod.web.answers import Refusal
from codeiod.web.index.asks import PAGE_ROWS, ItemsAsk, SamplesAsk
from codeiod.web.index.search import CURSOR

ITEM_STATUSES = ("finished", "rejected", "pending")
SAMPLE_STATUSES = (*Status, "right", "wrong")
TURNS = ("1", "2")
ID = r"[0-9a-f]{32}"

Form = Collection[str] | re.Pattern[str]
"""The values that there are, or what a value looks like."""

_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_LIMIT = re.compile(r"[1-9][0-9]?|1[0-9]{2}|200")
"""Up to ``MOST_ROWS``."""
_PAGE: Mapping[str, Form] = {"q": _TEXT, "after": CURSOR, "limit": _LIMIT}
SAMPLES: Mapping[str, Form] = MappingProxyType(
    {
        "task": tuple(Task),
        "status": SAMPLE_STATUSES,
        "turn": TURNS,
        "reason": tuple(Reason),
        "model": _TEXT,
        "item": re.compile(ID),
        **_PAGE,
    }
)
ITEMS: Mapping[str, Form] = MappingProxyType(
    {"status": ITEM_STATUSES, "stage": tuple(Stage), "reason": tuple(Reason), **_PAGE}
)
SERIES: Mapping[str, Form] = MappingProxyType({"minutes": re.compile(r"[1-9][0-9]{0,4}")})


def samples_ask(query: Mapping[str, str]) -> SamplesAsk:
    """Read filters of samples.

    :raises Refusal: one of them is none, or has no such value.
    """
    given = checked(query, SAMPLES)
    turn, limit = int(given.pop("turn", "0")), _limit(given)
    return SamplesAsk(**given, turn=turn, limit=limit)


def items_ask(query: Mapping[str, str]) -> ItemsAsk:
    """Read filters of items.

    :raises Refusal: one of them is none, or has no such value.
    """
    given = checked(query, ITEMS)
    limit = _limit(given)
    return ItemsAsk(**given, limit=limit)


def checked(query: Mapping[str, str], forms: Mapping[str, Form]) -> dict[str, str]:
    """Return what is given and not empty.

    :raises Refusal: it is nothing that can be given here.
    """
    given = {}
    for name, value in query.items():
        form = forms.get(name)
        if form is None:
            raise Refusal(400, f"{name[:40]!r} is no filter here: {', '.join(forms) or 'none is'}")
        if not value:
            continue
        if isinstance(form, re.Pattern):
            if form.fullmatch(value) is None:
                raise Refusal(400, f"{name} can't be that")
        elif value not in form:
            raise Refusal(400, f"{name} is one of {', '.join(form)}")
        given[name] = value
    return given


def _limit(given: dict[str, str]) -> int:
    return int(given.pop("limit", PAGE_ROWS))
