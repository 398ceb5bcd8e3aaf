"""Take up rejected items again because a person asked for it.

May import errors and ``journal``. At a start the journal is opened with the reasons: else its state
has forgotten what was rejected. While it goes, the whole log is read once more, in a thread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from anyio import to_thread

from codeiod.errors import DirectoryError, SettingsError
from codeiod.items import Reason
from codeiod.journal.journal import Journal
from codeiod.journal.pending import ADMIT_REASONS, Pending
from codeiod.journal.replay import Replay
from codeiod.journal.state import State

REOPENED_AT_ONCE = 500
"""How many records of items taken up again may wait to be written."""

Rejected = Mapping[str, tuple[str, Pending]]
"""Items by their id: the reason, and what had been made of them."""


def retriable_reason(name: str) -> Reason:
    """Read the reason of a rejection that may end otherwise at another try.

    :raises SettingsError: there is no such reason, or another try would end as the first.
    """
    known = [reason for reason in Reason if reason not in ADMIT_REASONS]
    if name not in list(Reason):
        raise SettingsError(f"{name}: no reason of a rejection; known: {', '.join(known)}")
    if name in ADMIT_REASONS:
        raise SettingsError(
            f"{name}: what could not be taken in is not read again; put the file right,"
            " and it is another item"
        )
    return Reason(name)


async def reopen_rejected(journal: Journal) -> int:
    """Take up once more the items whose rejections are to be retried; return how many.

    :raises DiskFailed: or DiskFull: only some of them are taken up.
    """
    return len(await _reopen(journal, journal.state.retriable))


async def reopen_live(journal: Journal, reasons: Collection[str]) -> list[str]:
    """Take up the items that were rejected for such reasons, in a journal at work; return them.

    :raises DirectoryError: the part of the log that tells of them was given up to retention.
    :raises DiskFailed: or DiskFull: only some of them are taken up.
    """
    await journal.flush()
    found = await to_thread.run_sync(_rejected, journal, reasons)
    return await _reopen(journal, found)


def _rejected(journal: Journal, reasons: Collection[str]) -> Rejected:
    """Read the log from its beginning; it grows meanwhile."""
    replay = Replay(journal.disk, journal.folder, state=State(reasons))
    replay.run()
    if replay.begun:
        raise DirectoryError(
            "what was rejected can't be taken up again: segments of the journal were dropped"
        )
    return replay.state.retriable


async def _reopen(journal: Journal, rejected: Rejected) -> list[str]:
    taken = []
    for number, (item_id, (reason, item)) in enumerate(list(rejected.items()), 1):
        if item_id not in journal.state.pending:  # taken up otherwise, since the log was read
            journal.append(item.reopened(item_id, reason))
            taken.append(item_id)
        if number % REOPENED_AT_ONCE == 0:
            await journal.flush()
    return taken
