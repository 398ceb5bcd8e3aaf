"""Answer what there is to filter by, with how much of each.

May import ``asks``, ``samples`` and ``tables``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from codeiod.web.index.asks import Filters
from codeiod.web.index.samples import last_status
from codeiod.web.index.tables import Tables


def filters(tables: Tables) -> Filters:
    """Return what there is to filter by."""
    samples = [(key, n) for key, n in tables.samples if not key.reason]
    return Filters(
        tasks=_summed((key.task, n) for key, n in samples),
        statuses=_summed((last_status(key), n) for key, n in samples),
        models=_summed((key.model, n) for key, n in samples),
        reasons=_summed((key.reason, n) for key, n in tables.samples if key.reason),
        item_statuses=_summed((key.status, n) for key, n in tables.items),
        item_stages=_summed((key.stage, n) for key, n in tables.items if key.stage),
        item_reasons=_summed((key.reason, n) for key, n in tables.items if key.reason),
    )


def _summed(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for name, n in counts:
        found[name] += n
    return dict(sorted(found.items()))
