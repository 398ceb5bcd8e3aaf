"""Read the lines of a JSONL file, plain or compressed.

May import the other modules of ``sources``; belongs in a worker thread.
"""

from __future__ import annotations

import codecs
import gzip
import sys
import zlib
from collections.abc import Generator
from contextlib import closing
from io import BufferedReader
from typing import Protocol

from codeiod.sources.formats import Format
from codeiod.sources.lines import Gap, lines
from codeiod.sources.places import reason_of
from codeiod.sources.rows import Break, Row

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


class _Plain(Protocol):
    """A stream of a file's lines, whatever it is packed in."""

    def read1(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


def jsonl_rows(
    stream: BufferedReader, form: Format, start: int, most_bytes: int
) -> Generator[Row | Break | None]:
    """Yield the lines after the first ``start``; blank ones count, and are left out.

    What comes before the place where a file is cut off or corrupt is still yielded, then a break.
    """
    number = 0
    try:
        with closing(_plain(stream, form)) as plain:
            for line in lines(plain.read1, most_bytes):
                if line is Gap.PAUSE:
                    yield None
                    continue
                number += 1
                if number == 1 and line is not Gap.TOO_LONG:
                    line = line.removeprefix(codecs.BOM_UTF8)
                if number > start and (line is Gap.TOO_LONG or line.strip()):
                    yield Row(number, number, f"line {number}", line)
    except (EOFError, zlib.error, zstd.ZstdError, gzip.BadGzipFile) as error:
        yield Break(number + 1, f"line {number + 1}: {form} file is broken: {error}", final=True)
    except OSError as error:
        yield Break(number + 1, f"line {number + 1}: {reason_of(error)}", final=False)


def _plain(stream: BufferedReader, form: Format) -> _Plain:
    if form is Format.JSONL_GZ:
        return gzip.GzipFile(fileobj=stream)
    if form is Format.JSONL_ZST:
        return zstd.ZstdFile(stream)
    return stream
