"""The lines of a directory as far as they are committed, one by one.

May import ``journal``, ``dataset`` and ``errors``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from codeiod.dataset.shards import part_path
from codeiod.errors import Damaged
from codeiod.journal.disk import OsDisk
from codeiod.journal.records import End, Stream
from codeiod.journal.replay import read_state

ID_KEYS = ("id", "program_id", "item_id")


def samples(directory: Path, name: str = "") -> Iterator[dict[str, Any]]:
    """Yield the committed samples whose id, or program's, or item's, begins with a name.

    :raises DirectoryError: damaged, newer, or not ours.
    """
    ends = read_state(directory, OsDisk()).ends.get(Stream.SAMPLES, {})
    for sample in lines(directory, Stream.SAMPLES, ends):
        if any(sample[key].startswith(name) for key in ID_KEYS):
            yield sample


def lines(directory: Path, stream: Stream, ends: Mapping[int, End]) -> Iterator[dict[str, Any]]:
    """Yield the lines of a stream, in their order, up to the committed end of each part.

    :raises Damaged: a part can't be read so far.
    """
    for number, end in sorted(ends.items()):
        path = directory / part_path(stream, number)
        try:
            yield from _committed(path, end.length)
        except (OSError, orjson.JSONDecodeError) as error:
            raise Damaged(f"{path} can't be read ({error}): codeiod check tells more") from error


def _committed(path: Path, length: int) -> Iterator[dict[str, Any]]:
    with path.open("rb") as part:
        for line in part:
            length -= len(line)
            if length < 0:
                return
            yield orjson.loads(line)
