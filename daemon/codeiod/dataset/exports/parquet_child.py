"""Write the columns on standard input to Parquet files; tell the files on standard output.

A script of its own, run in a child process: pyarrow costs memory. It imports pyarrow and the
standard library alone. Its one argument is a JSON object: ``folder``, ``configs`` (the columns of
each, with their types), ``shard_bytes`` and ``group_bytes``. A batch is a pickle behind its length
in 8 bytes, ``(config, split, columns)``: it comes from our own parent. At the end it writes a list
of the files, or an object that says what went wrong.
"""

from __future__ import annotations

import json
import pickle
import signal
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

TYPES = {"str": pa.string(), "int": pa.int64(), "float": pa.float64()}
LONG = frozenset(
    {
        *("prompt", "turn_1", "turn_2", "reasoning_1", "reasoning_2", "answer_1", "answer_2"),
        *("id", "finished_at", "ios", "refcode", "input_generator", "seeds", "meta", "path"),
        *("problem_description", "io_requirements"),
    }
)
"""Columns whose values seldom come again: a dictionary of them would cost and save nothing."""
GROUP_ROWS = 100_000


def main() -> None:
    """Answer the request on the command line."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody listens any more: end in silence
    request = json.loads(sys.argv[1])
    told: Any
    try:
        told = write_all(request)
    except OSError as error:
        told = {"error": str(error), "errno": error.errno}
    except pa.ArrowException as error:
        told = {"error": str(error).partition("\n")[0], "errno": 0}
    sys.stdout.write(json.dumps(told))


def write_all(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Write all batches; return the files."""
    schemas = {name: schema(columns) for name, columns in request["configs"].items()}
    outputs: dict[tuple[str, str], Output] = {}
    source = sys.stdin.buffer
    while len(length := source.read(8)) == 8:
        config, split, columns = pickle.loads(source.read(int.from_bytes(length, "big")))
        output = outputs.get((config, split))
        if output is None:
            output = outputs[config, split] = Output(request, config, split, schemas[config])
        output.add(columns)
    return [file for output in outputs.values() for file in output.close()]


class Output:
    """The files of one config and split."""

    def __init__(self, request: dict[str, Any], config: str, split: str, form: pa.Schema) -> None:
        self.folder = Path(request["folder"])
        self.shard_bytes, self.group_bytes = request["shard_bytes"], request["group_bytes"]
        self.config, self.split, self.form = config, split, form
        self.files: list[dict[str, Any]] = []
        self.waiting: list[pa.RecordBatch] = []
        self.waiting_bytes = self.waiting_rows = 0
        self.writer: parquet.ParquetWriter | None = None

    def add(self, columns: list[tuple[Any, ...]]) -> None:
        """Take a batch."""
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, self.form, strict=True)
        ]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self.form)
        self.waiting.append(batch)
        self.waiting_bytes += batch.nbytes
        self.waiting_rows += batch.num_rows
        if self.waiting_bytes >= self.group_bytes or self.waiting_rows >= GROUP_ROWS:
            self._write()

    def close(self) -> list[dict[str, Any]]:
        """Write what is left; return the files."""
        if self.waiting:
            self._write()
        self._end_file()
        return self.files

    def _write(self) -> None:
        table = pa.Table.from_batches(self.waiting)
        if self.writer is not None and self.files[-1]["raw_bytes"] >= self.shard_bytes:
            self._end_file()
        if self.writer is None:
            self.writer = self._begin_file()
        self.writer.write_table(table, row_group_size=max(1, table.num_rows))
        self.files[-1]["rows"] += table.num_rows
        self.files[-1]["raw_bytes"] += self.waiting_bytes
        self.waiting, self.waiting_bytes, self.waiting_rows = [], 0, 0

    def _begin_file(self) -> parquet.ParquetWriter:
        path = f"{self.config}/{self.split}-{len(self.files):05d}.parquet"
        (self.folder / path).parent.mkdir(exist_ok=True)
        short = [name for name in self.form.names if name not in LONG]
        plain = [name for name in short if not pa.types.is_nested(self.form.field(name).type)]
        named = {"config": self.config, "split": self.split, "path": path}
        self.files.append({**named, "rows": 0, "bytes": 0, "raw_bytes": 0})
        return parquet.ParquetWriter(
            self.folder / path,
            self.form,
            compression="zstd",
            use_dictionary=plain,
            write_statistics=plain,
        )

    def _end_file(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None
            self.files[-1]["bytes"] = (self.folder / self.files[-1]["path"]).stat().st_size


def schema(columns: dict[str, Any]) -> pa.Schema:
    """Read the columns of a config."""
    return pa.schema([pa.field(name, kind(spelled)) for name, spelled in columns.items()])


def kind(spelled: Any) -> pa.DataType:
    """Read a type: a name, an object where it is a struct, or a list."""
    if isinstance(spelled, dict):
        return pa.struct([pa.field(name, kind(part)) for name, part in spelled.items()])
    return pa.list_(kind(spelled[0])) if isinstance(spelled, list) else TYPES[spelled]


if __name__ == "__main__":
    main()
