"""The files of one stream: parts that only grow, each up to a size, with a running checksum.

May import errors and ``journal``. Blocking: the committer runs it in a worker thread.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from zlib import crc32

from codeiod.errors import DiskFailed
from codeiod.journal.disk import Disk, failure, sync_names, sync_once, write_all
from codeiod.journal.records import End, Stream

PART_BYTES = 256 * 1024 * 1024

_PART = re.compile(r"part-(\d{5,})\.jsonl")

FOLDERS = MappingProxyType(
    {
        Stream.SAMPLES: Path("dataset", "samples"),
        Stream.PROGRAMS: Path("dataset", "programs"),
        Stream.REJECTS: Path("rejects"),
    }
)
"""Where each stream lies, under DIR."""


def part_name(number: int) -> str:
    """Name a part by its number, from 0."""
    return f"part-{number:05d}.jsonl"


def part_numbers(names: list[str]) -> list[int]:
    """Return the numbers of the parts among a folder's names, in order."""
    found = [_PART.fullmatch(name) for name in names]
    return sorted(int(match[1]) for match in found if match)


def part_path(stream: Stream, number: int) -> Path:
    """Name a part under DIR."""
    return FOLDERS[stream] / part_name(number)


class Shard:
    """The growing end of one stream."""

    def __init__(
        self,
        disk: Disk,
        directory: Path,
        stream: Stream,
        end: End | None,
        part_bytes: int,
        next_part: int = 0,
    ) -> None:
        """Go on at the end of the last part, or with the first number that was never used."""
        self._disk = disk
        self._directory = directory
        self._stream = stream
        self._part_bytes = part_bytes
        self._descriptor: int | None = None
        self._next_part = next_part
        self._end = end or End(next_part, 0, 0)
        self._there = end is not None
        """Whether the part's file exists."""

    def append(self, data: bytes) -> End:
        """Write a batch's lines and make them durable; return where they end.

        :raises DiskFull: the disk is full.
        :raises DiskFailed: it failed.
        """
        path = self._path()
        try:
            if self._there and self._end.length >= self._part_bytes:
                self.close()
                number = max(self._end.part + 1, self._next_part)
                self._end, self._there = End(number, 0, 0), False
                path = self._path()
            descriptor = self._open(path)
            write_all(self._disk, descriptor, data)
            sync_once(self._disk, descriptor)
        except OSError as error:
            raise failure(error, path) from error
        part, length, crc = self._end
        self._end = End(part, length + len(data), crc32(data, crc))
        return self._end

    @property
    def end(self) -> End:
        """Where the last lines end."""
        return self._end

    def take_back(self, end: End) -> None:
        """Cut off what was appended since an end, and was never promised to anyone.

        It need not be durable: the next start cuts whatever stands behind the committed end.

        :raises DiskFailed: that can't be done; nothing may be appended any more.
        """
        if self._descriptor is None:
            return
        start = end if end.part == self._end.part else End(self._end.part, 0, 0)
        try:
            self._disk.truncate(self._descriptor, start.length)
        except OSError as error:
            raise DiskFailed(f"{self._path()} can't be cut back: {error.strerror}") from error
        self._end = start

    def close(self) -> None:
        """Close the file, if one is open; all that was promised of it has been synced."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                self._disk.close(descriptor)

    def _path(self) -> Path:
        return self._directory / part_path(self._stream, self._end.part)

    def _open(self, path: Path) -> int:
        if self._descriptor is None:
            if self._there:
                self._descriptor = self._disk.open_append(path)
            else:
                self._descriptor = self._create(path)
                self._there = True
        return self._descriptor

    def _create(self, path: Path) -> int:
        folder = self._directory
        for name in path.relative_to(self._directory).parts[:-1]:
            self._disk.make_folder(folder / name)
            sync_names(self._disk, folder)
            folder /= name
        descriptor = self._disk.create(path)
        sync_once(self._disk, descriptor)
        sync_names(self._disk, path.parent)
        return descriptor
