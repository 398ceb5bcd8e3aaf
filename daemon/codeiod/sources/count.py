"""How many entries the sources hold, for the time left that a display shows.

May import the other modules of ``sources``. Runs in a worker thread of anyio, and ends with the
task that waits for it: it lists every folder, and reads plain JSONL for its line ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from anyio import from_thread

from codeiod.items import Entry
from codeiod.sources.formats import Format, format_of
from codeiod.sources.walk import walk

BLOCK_BYTES = 1 << 20


def count(sources: Sequence[str], exclude: Path) -> int | None:
    """Count entries, about; None where that would cost as much as reading them all.

    :param exclude: the output directory.
    """
    total = 0
    for source in sources:
        for found in walk(source, exclude):
            from_thread.check_cancelled()
            if found is None:
                continue
            form = None if isinstance(found, Entry) else format_of(found.file)
            if form is None or isinstance(found, Entry):
                total += 1
            elif form is Format.JSONL:
                total += _lines(Path(found.file))
            else:
                return None
    return total


def _lines(file: Path) -> int:
    try:
        with file.open("rb") as stream:
            lines = 0
            while block := stream.read(BLOCK_BYTES):
                from_thread.check_cancelled()
                lines += block.count(b"\n")
            return lines
    except OSError:
        return 0  # it will be an entry that is unreadable; a display need not say so twice
