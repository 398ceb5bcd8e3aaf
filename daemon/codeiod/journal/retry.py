"""Take up rejected items again because a person asked for it.

May import ``journal``. The journal has to be opened with the reasons: else its state has forgotten
what was rejected.
"""

from __future__ import annotations

from codeiod.journal.journal import Journal

REOPENED_AT_ONCE = 500
"""How many records of items taken up again may wait to be written."""


async def reopen_rejected(journal: Journal) -> int:
    """Take up once more the items whose rejections are to be retried; return how many.

    :raises DiskFailed: or DiskFull: only some of them are taken up.
    """
    rejected = list(journal.state.retriable.items())
    for number, (item_id, (reason, item)) in enumerate(rejected, 1):
        journal.append(item.reopened(item_id, reason))
        if number % REOPENED_AT_ONCE == 0:
            await journal.flush()
    return len(rejected)
