"""Read a file that holds many entries: its rows or members as entries, with a mark now and then.

May import ``items``, ``config``, ``admission.marks`` and the other modules of ``sources``; belongs
in a worker thread.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from io import BufferedReader

from codeiod.admission import BROKEN, END, Mark
from codeiod.config import ItemsSettings
from codeiod.items import Entry, Fault, Origin, Reason
from codeiod.sources.archives import Bounds, members
from codeiod.sources.formats import ARCHIVES, Format, format_of
from codeiod.sources.jsonl import jsonl_rows
from codeiod.sources.parquet import parquet_rows
from codeiod.sources.places import Found, open_found, reason_of, unreadable
from codeiod.sources.rows import AnyRow, Break, Member, Passed, most_row_bytes, row_entry

MARK_ROWS = 200


def read_container(
    found: Found, position: int, items: ItemsSettings, bounds: Bounds
) -> Generator[Entry | Mark | None]:
    """Yield the entries after ``position``, a mark every 200 rows and at the end.

    A container that can't be read now, though it is not broken, gets no mark at its end: a later
    run goes on there.
    """
    try:
        stream, origin = open_found(found)
    except OSError as error:
        yield unreadable(found.origin, reason_of(error))
        return
    with stream:
        start = position if origin == found.origin else 0
        with closing(rows_of(stream, found.file, start, items, bounds)) as rows:
            yield from container_entries(rows, origin, items)


def rows_of(
    stream: BufferedReader, name: str, start: int, items: ItemsSettings, bounds: Bounds
) -> Generator[AnyRow | None]:
    """Yield what a container of that name holds after ``start``, None to take a breath."""
    form = format_of(name)
    if form in ARCHIVES:
        return members(stream, form, start, items.max_bytes, bounds)
    if form is Format.PARQUET:
        return parquet_rows(stream, start, items)
    return jsonl_rows(stream, form or Format.JSONL, start, most_row_bytes(items))


def container_entries(
    rows: Generator[AnyRow | None], origin: Origin, items: ItemsSettings
) -> Generator[Entry | Mark | None]:
    """Make entries of what a container holds, with marks between them.

    After a member that could not be read there is none but that at the end, which tells of it: who
    goes on after a restart meets that member again.
    """
    position = unmarked = 0
    whole = True
    for row in rows:
        if row is None:
            yield None
            continue
        if isinstance(row, Break):
            yield _broken(row, origin)
            if not row.final:
                if unmarked and whole:
                    yield Mark(origin, position)
                return
            whole = False
            break
        if not isinstance(row, Passed):
            yield row_entry(row, replace(origin, offset=row.offset), items)
        whole = whole and not _is_unreadable(row)
        position = row.position
        unmarked += 1
        if unmarked == MARK_ROWS and whole:
            yield Mark(origin, position)
            unmarked = 0
    yield Mark(origin, END if whole else BROKEN)


def _is_unreadable(row: AnyRow) -> bool:
    """Tell whether a member's content stays in its archive alone."""
    fault = row.fault if isinstance(row, Member) else None
    return fault is not None and fault.reason is Reason.UNREADABLE


def _broken(row: Break, origin: Origin) -> Entry:
    entry = unreadable(replace(origin, offset=row.offset), row.why)
    return replace(entry, fault=Fault(row.reason, row.why))
