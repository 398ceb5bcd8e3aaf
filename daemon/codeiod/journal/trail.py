"""The records of single items, found in the segments of a journal that may be in use.

May import errors, items and the modules of this package. Blocking: it looks at every line, and
reads the few that it wants; a daemon beside it is not disturbed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import orjson

from codeiod.errors import Damaged
from codeiod.journal.codec import BadRecord, decode
from codeiod.journal.disk import Disk, failure
from codeiod.journal.folder import JOURNAL
from codeiod.journal.frame import BadLine, unframe
from codeiod.journal.records import Admit, Commit, Duplicate, Record
from codeiod.journal.sealed import BadSeal
from codeiod.journal.segments import MOVES, Segments, lines_of


class Trail:
    """Finds the records of an item, in the order in which they were written."""

    def __init__(self, directory: Path, disk: Disk) -> None:
        self._segments = Segments(disk, directory / JOURNAL)
        self._folder = directory / JOURNAL

    def missing(self) -> int:
        """Count the segments that are not there any more: retention took them away."""
        numbers = self._segments.numbers()
        return max(numbers, default=0) - len(numbers)

    def of(self, item_id: str) -> Iterator[Record]:
        """Yield the records of one item.

        :raises Damaged: a segment can't be read.
        """
        for record in self._holding(item_id.encode()):
            if _item_of(record) == item_id or (
                isinstance(record, Commit) and any(done.item == item_id for done in record.items)
            ):
                yield record

    def items_beginning(self, start: str) -> Iterator[str]:
        """Yield the ids of items that begin so.

        :raises Damaged: as ``of``.
        """
        for record in self._holding(b'"item":"%s' % start.encode()):
            if isinstance(record, Admit) and record.item.startswith(start):
                yield record.item

    def items_at(self, path: str) -> Iterator[str]:
        """Yield the ids of items that were met at a path, or whose metadata say so.

        :param path: whole, or its last parts; ``:LINE`` behind it chooses the line of a file.
        :raises Damaged: as ``of``.
        """
        name = path.rpartition("/")[2].rpartition(":")
        needle = orjson.dumps(name[0] if name[1] and name[2].isdigit() else path)[1:-1]
        for record in self._holding(needle.rpartition(b"/")[2]):
            if isinstance(record, Admit | Duplicate) and _is_at(record, path):
                yield record.item

    def _holding(self, needle: bytes) -> Iterator[Record]:
        """Yield the records whose lines hold some bytes."""
        numbers = self._segments.numbers()
        for number in numbers:
            last = number == numbers[-1]
            for line in self._lines(number):
                if needle not in line:
                    continue
                try:
                    found = unframe(line[:-1])
                except BadLine as error:
                    if last:  # a tail that is being written, or was torn
                        return
                    path = self._segments.path(number)
                    raise Damaged(f"{path}: {error}; codeiod check tells more") from error
                with suppress(BadRecord):  # of a newer version
                    yield decode(found.kind, found.body)

    def _lines(self, number: int) -> Iterator[bytes]:
        offset = 0
        try:
            for _ in range(MOVES):  # it may be compressed, or archived, while it is read
                with suppress(FileNotFoundError):
                    for line in lines_of(self._segments.find_best(number).text(offset)):
                        yield line
                        offset += len(line)
                    return
        except BadSeal as error:
            path = self._segments.path(number)
            raise Damaged(f"{path}: {error}; codeiod check tells more") from error
        except OSError as error:
            raise failure(error, self._folder) from error


def _item_of(record: Record) -> str:
    return getattr(record, "item", "")


def _is_at(record: Admit | Duplicate, path: str) -> bool:
    origin = record.origin
    places = [origin.path, f"{origin.path}:{origin.offset}"]
    if isinstance(record, Admit):
        places.append(record.meta.get("path", ""))
    return any(place == path or place.endswith(f"/{path}") for place in places)
