"""Rows as Parquet files, by a child process that holds pyarrow.

May import errors, ``rows`` and ``shards``. The child gets batches of columns through a pipe, and
tells at the end which files it wrote.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from io import BufferedReader, BufferedWriter
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

from codeiod.dataset.exports.folder import ExportFailed
from codeiod.dataset.exports.rows import Columns
from codeiod.dataset.exports.shards import SHARD_BYTES, Shard
from codeiod.errors import SettingsError

BATCH_ROWS = 512
BATCH_CHARACTERS = 2 << 20
GROUP_BYTES = 16 << 20
"""Of the rows that stand together in a file: the child holds so many of each of its files."""
EXIT_SECONDS = 60.0
NEEDED = "exporting Parquet needs pyarrow: pip install 'codeiod[parquet]'"
_SCRIPT = Path(__file__).with_name("parquet_child.py")


def require_pyarrow() -> None:
    """Refuse to begin without pyarrow. :raises SettingsError: it is not installed."""
    if find_spec("pyarrow") is None:
        raise SettingsError(NEEDED)


class Parquet:
    """Write each config and split to files of its own, up to a size."""

    def __init__(
        self, folder: Path, configs: Mapping[str, Columns], shard_bytes: int = SHARD_BYTES
    ) -> None:
        request = {
            "folder": str(folder),
            "configs": {name: spelled(columns) for name, columns in configs.items()},
            "shard_bytes": shard_bytes,
            "group_bytes": GROUP_BYTES,
        }
        self._values = {name: itemgetter(*columns) for name, columns in configs.items()}
        self._texts = {name: itemgetter(*texts_in(columns)) for name, columns in configs.items()}
        self._batches: dict[tuple[str, str], _Batch] = {}
        self._child = subprocess.Popen(
            [sys.executable, "-P", str(_SCRIPT), json.dumps(request)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"},
            start_new_session=True,  # Ctrl-C at the terminal is for us, not for it
        )
        self._to_child = cast("BufferedWriter", self._child.stdin)
        self._from_child = cast("BufferedReader", self._child.stdout)

    def __enter__(self) -> Parquet:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()  # it is through, or what it wrote goes away
        self._child.wait(EXIT_SECONDS)
        for pipe in (self._to_child, self._from_child):
            try:
                pipe.close()
            except OSError:
                continue  # it was full when its reader ended

    @property
    def child_id(self) -> int:
        """The process that writes."""
        return self._child.pid

    def add(self, config: str, split: str, fields: dict[str, Any]) -> None:
        """Take a row. :raises ExportFailed: the child ended, or could not write."""
        batch = self._batches.get((config, split))
        if batch is None:
            batch = self._batches[config, split] = _Batch()
        row = self._values[config](fields)
        batch.rows.append(row)
        batch.characters += sum(map(len, self._texts[config](fields)))
        if len(batch.rows) >= BATCH_ROWS or batch.characters >= BATCH_CHARACTERS:
            self._send(config, split, self._batches.pop((config, split)))

    def close(self) -> list[Shard]:
        """Write what is left; return all files. :raises ExportFailed: as ``add``."""
        for (config, split), batch in self._batches.items():
            self._send(config, split, batch)
        self._batches = {}
        try:
            self._to_child.close()
        except BrokenPipeError as error:
            raise self._failed() from error
        told = self._answer()
        if isinstance(told, list):
            return sorted((Shard(**shard) for shard in told), key=lambda shard: shard.path)
        raise self._failed(told)

    def _send(self, config: str, split: str, batch: _Batch) -> None:
        columns = list(zip(*batch.rows, strict=True))
        data = pickle.dumps((config, split, columns), pickle.HIGHEST_PROTOCOL)
        try:
            self._to_child.write(len(data).to_bytes(8, "big"))
            self._to_child.write(data)
        except BrokenPipeError as error:
            raise self._failed() from error

    def _answer(self) -> Any:
        """Read what the child says at its end, None where it ended without a word."""
        data = self._from_child.read()
        return json.loads(data) if data else None

    def _failed(self, told: Any = None) -> Exception:
        told = told or self._answer()
        if not isinstance(told, dict):
            return ExportFailed(
                f"the writer of Parquet files ended with status {self._child.wait(EXIT_SECONDS)}"
            )
        if told["errno"]:
            return OSError(told["errno"], os.strerror(told["errno"]))
        return ExportFailed(f"no Parquet file can be written: {told['error']}")


class _Batch:
    """Rows that wait to be sent."""

    __slots__ = ("characters", "rows")

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.characters = 0


def texts_in(columns: Columns) -> list[str]:
    """Name the columns that hold text: there are two at least."""
    return [name for name, kind in columns.items() if kind is str]


def spelled(kind: Any) -> Any:
    """Write the type of a column as JSON: a name, an object where it is a struct, or a list."""
    if isinstance(kind, Mapping):
        return {name: spelled(part) for name, part in kind.items()}
    return [spelled(kind[0])] if isinstance(kind, list) else kind.__name__
