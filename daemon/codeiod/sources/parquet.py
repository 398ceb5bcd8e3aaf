"""Read the rows of a Parquet file through a child process.

May import ``config`` and the other modules of ``sources``; belongs in a worker thread.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from io import BufferedReader
from pathlib import Path
from typing import Final, cast

from codeiod.config import ItemsSettings
from codeiod.sources.lines import Gap, lines
from codeiod.sources.rows import Break, Row, most_row_bytes

EXIT_SECONDS = 5.0
NEEDED: Final = "reading .parquet needs pyarrow: pip install 'codeiod[parquet]'"
_SCRIPT = Path(__file__).with_name("parquet_rows.py")


def can_read_parquet() -> bool:
    """Tell whether pyarrow is installed, without loading it."""
    return find_spec("pyarrow") is not None


def parquet_rows(
    stream: BufferedReader, start: int, items: ItemsSettings
) -> Generator[Row | Break | None]:
    """Yield the rows from ``start`` on, or a break."""
    if not can_read_parquet():
        yield Break(start, NEEDED, final=False)
        return
    offset = start
    with _child(stream, start, items) as child:
        pipe = cast("BufferedReader", child.stdout)
        for line in lines(pipe.read1, most_row_bytes(items)):
            if line is Gap.PAUSE:
                yield None
            elif line is not Gap.TOO_LONG and _is_last(line):
                yield from _end(offset, line)
                return
            else:
                yield Row(offset, offset + 1, f"row {offset}", line)
                offset += 1
        yield Break(offset, f"row {offset}: its reader ended with {_status_of(child)}", final=False)


def _is_last(line: bytes) -> bool:
    """Tell whether a line is the closing string: a row that is not UTF-8 may begin like one."""
    if not line.startswith(b'"'):
        return False
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _status_of(child: subprocess.Popen[bytes]) -> str:
    """Tell the status of a child that has closed its pipe; one that lives on is not waited for."""
    try:
        return str(child.wait(EXIT_SECONDS))
    except subprocess.TimeoutExpired:
        return "no exit"


def _end(offset: int, line: bytes) -> Iterator[Break]:
    if problem := json.loads(line):
        yield Break(offset, f"row {offset}: {problem}", final=True)


@contextmanager
def _child(
    stream: BufferedReader, start: int, items: ItemsSettings
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the reader; it ends when we do, for nobody reads its pipe then."""
    request = {"start": start, "content": items.content_field, "meta": items.meta_fields}
    with subprocess.Popen(
        [sys.executable, "-P", str(_SCRIPT), json.dumps(request)],
        stdin=stream,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"},
        start_new_session=True,  # Ctrl-C at the terminal is for us, not for it
    ) as child:
        try:
            yield child
        finally:
            child.kill()
