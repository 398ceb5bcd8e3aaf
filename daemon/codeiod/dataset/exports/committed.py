"""The dataset of a directory as it was committed at one moment, also while a run goes on.

May import errors, ``journal`` and ``shards``. The parts are opened at once: what is appended, or
put in their place, later does not show. Each part is proven against its checksum before it is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from zlib import crc32

from codeiod.dataset.shards import part_path
from codeiod.errors import Damaged
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import running
from codeiod.journal.records import End, Stream
from codeiod.journal.replay import read_state
from codeiod.journal.state import State

CHUNK_BYTES = 1 << 20
CHANCES = 3
"""How often the parts are opened anew where a run put others in their place meanwhile."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a stream, open, and the end up to which it counts."""

    path: Path
    file: BufferedReader
    end: End

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield each line with its offset, without its newline, once all of them are proven.

        :raises Damaged: it is not as it was committed.
        """
        self._prove()
        offset = 0
        rest = b""
        for chunk in self._chunks():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield offset, line
                offset += len(line) + 1

    def _prove(self) -> None:
        """Read all of it against its checksum: nothing is taken from a part that is damaged."""
        crc = length = 0
        for chunk in self._chunks():
            crc, length = crc32(chunk, crc), length + len(chunk)
        if (length, crc) != (self.end.length, self.end.crc):
            raise Damaged(f"{self.path} is damaged: codeiod check tells more")

    def _chunks(self) -> Iterator[bytes]:
        done = 0
        while done < self.end.length:
            wanted = min(CHUNK_BYTES, self.end.length - done)
            chunk = os.pread(self.file.fileno(), wanted, done)
            if not chunk:
                return
            done += len(chunk)
            yield chunk

    def line_at(self, offset: int, length: int) -> bytes:
        """Read one line again."""
        return os.pread(self.file.fileno(), length, offset)


@dataclass(frozen=True, slots=True)
class Committed:
    """What a directory holds."""

    directory: Path
    state: State
    alive: bool
    """Whether a run was going on."""
    parts: dict[Stream, list[Part]] = field(default_factory=dict)

    def lines(self, stream: Stream) -> Iterator[bytes]:
        """Yield the lines of a stream, without their newlines.

        :raises Damaged: a part is not as it was committed.
        """
        for part in self.parts[stream]:
            for _, line in part.lines():
                yield line


@contextmanager
def committed(directory: Path) -> Iterator[Committed]:
    """Open what is committed in a directory, for the length of a block.

    :raises DirectoryError: damaged, newer, or not ours.
    """
    with ExitStack() as files:
        for chance in range(CHANCES):
            state = read_state(directory, OsDisk())
            alive = running(OsDisk(), directory)
            found = Committed(directory, state, alive)
            try:
                for stream in (Stream.SAMPLES, Stream.PROGRAMS):
                    found.parts[stream] = _open(files, directory, stream, state)
            except FileNotFoundError as error:
                if alive and chance < CHANCES - 1:
                    continue
                raise Damaged(f"{error.filename} is missing: codeiod check tells more") from error
            break
        yield found


def _open(files: ExitStack, directory: Path, stream: Stream, state: State) -> list[Part]:
    parts = []
    for number, end in sorted(state.ends.get(stream, {}).items()):
        path = directory / part_path(stream, number)
        parts.append(Part(path, files.enter_context(path.open("rb")), end))
    return parts
