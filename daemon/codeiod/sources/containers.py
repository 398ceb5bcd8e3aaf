"""Read a file that holds many entries: its rows as entries, with a mark now and then.

May import ``items``, ``config``, ``admission.marks`` and the other modules of ``sources``; belongs
in a worker thread.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from io import BufferedReader

from codeiod.admission import END, Mark
from codeiod.config import ItemsSettings
from codeiod.items import Entry, Origin
from codeiod.sources.formats import Format
from codeiod.sources.jsonl import jsonl_rows
from codeiod.sources.parquet import parquet_rows
from codeiod.sources.places import Found, open_found, reason_of, unreadable
from codeiod.sources.rows import Break, Row, most_row_bytes, row_entry

MARK_ROWS = 200


def read_container(
    found: Found, form: Format, position: int, items: ItemsSettings
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
        with closing(_rows(stream, form, start, items)) as rows:
            yield from _entries(rows, origin, items)


def _rows(
    stream: BufferedReader, form: Format, start: int, items: ItemsSettings
) -> Generator[Row | Break | None]:
    if form is Format.PARQUET:
        return parquet_rows(stream, start, items)
    return jsonl_rows(stream, form, start, most_row_bytes(items))


def _entries(
    rows: Generator[Row | Break | None], origin: Origin, items: ItemsSettings
) -> Generator[Entry | Mark | None]:
    position = unmarked = 0
    for row in rows:
        if row is None:
            yield None
            continue
        here = replace(origin, offset=row.offset)
        if isinstance(row, Break):
            yield unreadable(here, row.why)
            if not row.final:
                if unmarked:
                    yield Mark(origin, position)
                return
            break
        yield row_entry(row, here, items)
        position = row.position
        unmarked += 1
        if unmarked == MARK_ROWS:
            yield Mark(origin, position)
            unmarked = 0
    yield Mark(origin, END)
