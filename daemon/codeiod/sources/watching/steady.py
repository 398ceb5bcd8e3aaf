"""Read a container, and stop where it changes: no row is handed out that was read of two versions.

May import ``items``, ``config``, ``admission.marks`` and the other modules of ``sources``; belongs
in a worker thread.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from io import BufferedReader

from codeiod.admission import Mark
from codeiod.config import ItemsSettings
from codeiod.items import Entry
from codeiod.sources.archives import Bounds
from codeiod.sources.containers import container_entries, rows_of
from codeiod.sources.places import open_found
from codeiod.sources.rows import AnyRow
from codeiod.sources.watching.judging import Complete, Shape, Unsettled, shape_of


class _Changed(Exception):
    """The file is not any more what it was."""


def read_steady(
    container: Complete, position: int, items: ItemsSettings, bounds: Bounds
) -> Generator[Entry | Mark | Unsettled | None]:
    """Yield the entries after ``position`` and marks; where the file changes, that it did."""
    found = container.found
    try:
        stream, origin = open_found(found)
    except OSError:  # it is gone, or will be met again
        return
    with stream, _same(stream) as descriptor:
        if shape_of(os.fstat(descriptor)) != container.shape:
            yield Unsettled(found, shape_of(os.fstat(descriptor)))
            return
        rows = rows_of(stream, found.file, position, items, bounds)
        with closing(_steady(rows, descriptor, container.shape)) as steady:
            try:
                yield from container_entries(steady, origin, items)
            except _Changed:
                yield Unsettled(found, shape_of(os.fstat(descriptor)))


@contextmanager
def _same(stream: BufferedReader) -> Iterator[int]:
    """Have a descriptor of the same file, which stays open when a reader closes its own."""
    descriptor = os.dup(stream.fileno())
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _steady(
    rows: Generator[AnyRow | None], descriptor: int, shape: Shape
) -> Generator[AnyRow | None]:
    """Hold rows back until the file is seen to be the same after they were read."""
    held: list[AnyRow] = []
    with closing(rows):
        for row in rows:
            if row is not None:
                held.append(row)
                continue
            _require_same(descriptor, shape)
            yield from held
            held.clear()
            yield None
        _require_same(descriptor, shape)
        yield from held


def _require_same(descriptor: int, shape: Shape) -> None:
    if shape_of(os.fstat(descriptor)) != shape:
        raise _Changed
