"""Rows as JSON lines.

May import ``shards``. A row's text goes through orjson as it is: values of pairs and answers are
texts, so there is no number in them that it could change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from codeiod.dataset.exports.shards import SHARD_BYTES, Shard, shard_path

BUFFER_BYTES = 1 << 20


class JsonLines:
    """Write each config and split to files of its own, up to a size."""

    def __init__(self, folder: Path, shard_bytes: int = SHARD_BYTES) -> None:
        self._folder = folder
        self._shard_bytes = shard_bytes
        self._open: dict[tuple[str, str], _File] = {}
        self._done: list[Shard] = []

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open.values():
            file.file.close()

    def add(self, config: str, split: str, fields: dict[str, Any]) -> None:
        """Take a row."""
        line = orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)
        file = self._open.get((config, split))
        if file is None or file.bytes >= self._shard_bytes:
            file = self._open[config, split] = self._next(config, split, file)
        file.file.write(line)
        file.rows += 1
        file.bytes += len(line)

    def close(self) -> list[Shard]:
        """Write what is left; return all files."""
        for file in self._open.values():
            self._done.append(file.close())
        self._open = {}
        return sorted(self._done, key=lambda shard: shard.path)

    def _next(self, config: str, split: str, before: _File | None) -> _File:
        number = 0
        if before is not None:
            self._done.append(before.close())
            number = before.number + 1
        return _File(self._folder, config, split, number)


class _File:
    """A file that is being written."""

    __slots__ = ("bytes", "config", "file", "number", "path", "rows", "split")

    def __init__(self, folder: Path, config: str, split: str, number: int) -> None:
        self.config, self.split, self.number = config, split, number
        self.path = shard_path(config, split, number, ".jsonl")
        (folder / self.path).parent.mkdir(exist_ok=True)
        self.file = (folder / self.path).open("xb", BUFFER_BYTES)
        self.rows = self.bytes = 0

    def close(self) -> Shard:
        self.file.close()
        return Shard(self.config, self.split, self.path, self.rows, self.bytes, self.bytes)
