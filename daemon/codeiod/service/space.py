"""What becomes of the work when its disk is full: a run ends, a daemon waits for room and goes on.

May import ``journal``. Either way no new paid request leaves while there is no room, which is the
journal's to see to, and what is in flight lands on its reserve.
"""

from __future__ import annotations

from collections.abc import Callable

import anyio
import structlog

from codeiod.journal import Journal

RETRY_SECONDS = 10.0
"""How often a daemon looks for room."""

log = structlog.get_logger()


async def out_of_room(journal: Journal) -> str:
    """Wait until the disk is full, and return what the operator is told."""
    await journal.room.lost()
    return f"no room left on the disk of {journal.folder.parent}: make room and run again to go on"


async def wait_for_room(
    journal: Journal, tell: Callable[[str], None], retry_seconds: float = RETRY_SECONDS
) -> None:
    """Whenever the disk is full, wait for room and let the work go on; until cancelled.

    :param tell: told why it waits, and ``""`` once there is room.
    :raises OSError: the disk failed.
    """
    journal.room.reserve.patient = True
    while True:
        await journal.room.lost()
        advice = (
            f"make room: it goes on once {journal.room.reserve.enough_bytes:,} bytes are free,"
            " what is left of its reserve counted in"
        )
        tell(f"no room left on the disk of {journal.folder.parent}: {advice}")
        log.warning("disk.full", folder=str(journal.folder.parent), advice=advice)
        while journal.room.low:
            await anyio.sleep(retry_seconds)
            await journal.room.regain()
        tell("")
        log.info("disk.room", folder=str(journal.folder.parent))
