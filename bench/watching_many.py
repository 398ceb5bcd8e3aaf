"""A watched folder in which a million files lie already: first work, memory, what a look costs.

    python bench/watching_many.py [--files 1000000] [--folder /dev/shm]

The first figures are of a start at which nothing is known; the others of looks at which all is.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from pathlib import Path

import anyio

from codeiod.admission import END
from codeiod.config import ItemsSettings
from codeiod.config.settings import ServiceSettings
from codeiod.items import Origin
from codeiod.journal.places import Places
from codeiod.sources.watching import Watcher

FIRST = 2_000
LOOKS = 2


class Known:
    """What a journal would know: nothing, or all."""

    def __init__(self) -> None:
        self._places = Places()
        self.learning = False

    def seen(self, origin: Origin) -> bool:
        """Tell what was seen; while learning, all is seen from then on."""
        if self.learning and not self._places.seen(origin):
            self._places.add("00", origin)
        return self._places.seen(origin)

    def position(self, _: Origin) -> int:
        """Know no containers."""
        return END


def main() -> None:
    """Make the files, look, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--folder", default="/dev/shm", help="where to make them")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cw-", dir=given.folder))
    try:
        for number in range(given.files):
            (folder / f"{number}.py").write_text(f"x = {number}\n")
        anyio.run(measure, folder)
    finally:
        shutil.rmtree(folder)


async def measure(folder: Path) -> None:
    """Start a watcher, and look on."""
    settings = ServiceSettings(watch=(str(folder),), rescan_seconds=0.001)
    known = Known()

    async def durable() -> None:
        """Nothing is written here."""

    watcher = Watcher(settings, ItemsSettings(), known, folder / "out", durable)
    before = peak_mb()
    began = time.monotonic()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watcher.run)
        count = 0
        async for _ in watcher.entries():
            count += 1
            if count == 1:
                print(f"first entry after {time.monotonic() - began:.2f} s")
            if count == FIRST:
                break
        print(f"{FIRST:,} entries after {time.monotonic() - began:.2f} s")
        print(f"memory for that: {peak_mb() - before:.1f} MB")
        tasks.cancel_scope.cancel()
    known.learning = True
    watcher = Watcher(settings, ItemsSettings(), known, folder / "out", durable)
    for _ in range(LOOKS):
        await look(watcher, before)


async def look(watcher: Watcher, before: float) -> None:
    """Wait for one look to end."""
    began, cpu = time.monotonic(), time.process_time()
    since = watcher.affairs()[0].scanned_at
    for one in watcher._folders.values():
        one.due = 0.0
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watcher.run)
        with anyio.fail_after(3600):
            while watcher.affairs()[0].scanned_at == since:  # noqa: ASYNC110 -- nobody tells
                await anyio.sleep(0.1)
        tasks.cancel_scope.cancel()
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    [one] = watcher._folders.values()
    print(
        f"a look at all: {seconds:.1f} s, CPU {cpu:.1f} s, by its own count {one._seconds:.1f} s;"
    )
    print(
        f"  the next one {one.due - one._scanned:.0f} s later; memory {peak_mb() - before:.1f} MB"
    )


def peak_mb() -> float:
    """Return the most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
