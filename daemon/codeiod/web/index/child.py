"""The process of the index: ``python -m codeiod.web.index.child DIR`` fills it and answers.

May import the modules of this package but ``front``, and ``niced``. It reads lines from its
standard input: an ask (``asks.dump``) or ``{"ends": ...}``, what is committed now; and writes for
each ask ``NUMBER STATUS LENGTH``, a newline, and the answer. It is nice to the daemon, bounded in
memory, and ends with its input.
"""

from __future__ import annotations

import os
import select
import sqlite3
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import orjson
import structlog

from codeiod.journal.records import End, Stream
from codeiod.web.index.asks import (
    ASKS,
    Ask,
    FiltersAsk,
    ItemAsk,
    ItemsAsk,
    SampleAsk,
    SamplesAsk,
)
from codeiod.web.index.choices import filters
from codeiod.web.index.filling import Ends, Filler
from codeiod.web.index.items import ItemLists
from codeiod.web.index.lines import Lines
from codeiod.web.index.samples import SampleLists
from codeiod.web.index.tables import Tables, remove
from codeiod.web.index.wholes import NotThere, Wholes
from codeiod.web.niced import settle_down

CACHE = "cache"
NAME = "index.sqlite"
MEMORY_BYTES = 1 << 30
"""Of address space; it takes a tenth of it."""
INPUT_BYTES = 1 << 16
QUERY_STEPS = 20_000_000
"""A query that takes more of SQLite's steps is given up."""
STEPS_BETWEEN = 10_000

log = structlog.get_logger()


class Desk:
    """Answers asks from an index."""

    def __init__(self, directory: Path, tables: Tables, filler: Filler) -> None:
        lines = Lines(directory)
        self._tables = tables
        self._filler = filler
        self._samples = SampleLists(tables)
        self._items = ItemLists(tables, lines)
        self._wholes = Wholes(tables, lines)
        self._steps = 0

    def answer(self, ask: Ask) -> tuple[int, bytes]:
        """Return a status as HTTP has them, and the answer, or what is wrong, as JSON."""
        self._steps = 0
        self._tables.database.set_progress_handler(self._count, STEPS_BETWEEN)
        try:
            return 200, self._answer(ask)
        except NotThere as error:
            return 404, orjson.dumps(str(error))
        except sqlite3.OperationalError as error:
            if self._steps <= QUERY_STEPS:
                raise
            return 503, orjson.dumps(f"that takes too long to find: {error}")
        finally:
            self._tables.database.set_progress_handler(None, 0)

    def _answer(self, ask: Ask) -> bytes:
        match ask:
            case SamplesAsk():
                return orjson.dumps(self._samples.page(ask, self._filler.behind))
            case ItemsAsk():
                return orjson.dumps(self._items.page(ask, self._filler.behind))
            case SampleAsk():
                return self._wholes.sample(ask)
            case ItemAsk():
                return self._wholes.item(ask)
            case FiltersAsk():
                return orjson.dumps(filters(self._tables))

    def _count(self) -> bool:
        self._steps += STEPS_BETWEEN
        return self._steps > QUERY_STEPS


class Input:
    """Lines from the daemon, without waiting longer than is said."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""
        self._lines: deque[bytes] = deque()

    def lines(self, *, wait: bool) -> Iterator[dict[str, Any]]:
        """Yield the messages that are there; ``wait``: for at least one.

        :raises EOFError: the daemon has gone.
        """
        ready, _, _ = select.select([self._descriptor], [], [], None if wait else 0)
        if ready:
            data = os.read(self._descriptor, INPUT_BYTES)
            if not data:
                raise EOFError
            *lines, self._rest = (self._rest + data).split(b"\n")
            self._lines.extend(lines)
        while self._lines:
            yield orjson.loads(self._lines.popleft())


def main() -> None:
    """Serve one directory until the input ends."""
    settle_down(MEMORY_BYTES)
    directory = Path(sys.argv[1])
    cache = directory / CACHE
    cache.mkdir(exist_ok=True)
    try:
        with suppress(EOFError), closing(Tables(cache / NAME)) as tables:
            serve(directory, tables, Input(0), 1)
    except sqlite3.OperationalError as error:  # a full disk, most likely: that breaks nothing
        sys.exit(f"the index can't be used: {error}")
    except sqlite3.DatabaseError as error:
        remove(cache / NAME)
        sys.exit(f"the index is broken and is made anew: {error}")


def serve(directory: Path, tables: Tables, source: Input, output: int) -> None:
    """Answer asks, and fill the index between them.

    :raises EOFError: the daemon has gone.
    """
    filler = Filler(directory, tables)
    desk = Desk(directory, tables, filler)
    busy = False
    while True:
        for message in source.lines(wait=not busy):
            if "ends" in message:
                filler.tell(_ends(message["ends"]))
                busy = True
                continue
            ask = ASKS[message["kind"]].load(message["ask"])
            status, body = desk.answer(ask)
            _write(output, b"%d %d %d\n%s" % (message["n"], status, len(body), body))
        if busy:
            busy = _work(filler, tables)


def _work(filler: Filler, tables: Tables) -> bool:
    """Fill a little; False where nothing is left, or nothing can be done now."""
    try:
        return filler.work()
    except sqlite3.OperationalError as error:  # a full disk, most likely
        log.warning("index.behind", why=str(error))
        tables.roll_back()
        return False


def _ends(told: dict[str, list[list[int]]]) -> Ends:
    return {Stream(stream): {end[0]: End(*end) for end in ends} for stream, ends in told.items()}


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    main()
