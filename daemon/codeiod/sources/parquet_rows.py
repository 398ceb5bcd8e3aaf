"""Write the rows of the Parquet file on standard input as JSON lines to standard output.

A script of its own, run in a child process: pyarrow costs memory, and may die of a broken file. It
imports pyarrow and the standard library alone. Its one argument is a JSON object: ``start`` (the
first row wanted), ``content`` (a column's name), ``meta`` (names of columns, where they exist).

A line that is an object is a row, with metadata as text; a line that is not UTF-8 is a row whose
text is not; the last line is a string: what is wrong with the file, empty where nothing is.
"""

from __future__ import annotations

import json
import math
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import parquet

BATCH_ROWS = 64
BUFFER_BYTES = 1 << 20


def main() -> None:
    """Answer the request on the command line."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody reads any more: end in silence
    request = json.loads(sys.argv[1])
    out = sys.stdout.buffer
    try:
        for batch in batches(request["start"], request["content"], request["meta"]):
            out.writelines(line(batch, row) + b"\n" for row in range(batch.num_rows))
            out.flush()
        problem = ""
    except (pa.ArrowException, OSError, ValueError) as error:
        problem = str(error).partition("\n")[0] or type(error).__name__
    out.write(json.dumps(problem).encode() + b"\n")


def batches(start: int, content: str, meta: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the rows from ``start`` on; of the file no more is held than a batch's pages."""
    file = parquet.ParquetFile(sys.stdin.buffer, buffer_size=BUFFER_BYTES, pre_buffer=False)
    names = file.schema_arrow.names
    if content not in names:
        raise ValueError(f"no column {content!r}; there are: {', '.join(names)}")
    group = 0
    while group < file.num_row_groups and start >= file.metadata.row_group(group).num_rows:
        start -= file.metadata.row_group(group).num_rows
        group += 1
    for batch in file.iter_batches(
        batch_size=BATCH_ROWS,
        row_groups=range(group, file.num_row_groups),
        columns=[content, *(name for name in meta if name in names and name != content)],
        use_threads=False,
    ):
        yield batch.slice(min(start, batch.num_rows))
        start -= min(start, batch.num_rows)


def line(batch: pa.RecordBatch, row: int) -> bytes:
    """Write one row."""
    try:
        values = {name: batch.column(name)[row].as_py() for name in batch.schema.names}
    except UnicodeDecodeError as error:
        return error.object.replace(b"\n", b" ")
    fields = {name: _text(value) for name, value in values.items() if not _absent(value)}
    return json.dumps(fields, ensure_ascii=False).encode()


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


if __name__ == "__main__":
    main()
