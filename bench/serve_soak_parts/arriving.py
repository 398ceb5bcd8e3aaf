"""Files that arrive at a watched folder all the time, each in one of the ways that writers have.

Imports the standard library only.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from threading import Event

ROWS = 5
PIECES = 3
PIECE_SECONDS = 0.1
"""Between the pieces of a file that is written in place; less than it takes to settle."""
STAGE = ".staged"
"""Where files are written before they are moved in; hidden names are not watched."""


def item_id_of(content: bytes) -> str:
    """Name a content as the product documents it: BLAKE2b-128, in hex."""
    return blake2b(content, digest_size=16).hexdigest()


@dataclass
class Arrivals:
    """What has arrived so far."""

    folder: Path
    seed: int = 0
    expected: set[str] = field(default_factory=set)
    """The ids of all contents that were brought."""
    ways: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)
        self._known: list[bytes] = []
        self._number = 0
        (self.folder / STAGE).mkdir(parents=True, exist_ok=True)

    def keep_coming(self, per_second: float, over: Event) -> None:
        """Bring files until it is over."""
        while not over.wait(self._draw.expovariate(per_second)):
            self.bring(over)

    def bring(self, over: Event) -> None:
        """Bring one file, in one of the ways."""
        ways: Mapping[str, Callable[[Event], None]] = {
            "renamed": self._renamed,
            "written": self._written,
            "nested": self._nested,
            "rows": self._rows,
            "again": self._again,
            "broken": self._broken,
        }
        (way,) = self._draw.choices(list(ways), (50, 15, 10, 5, 12, 8))
        self.ways[way] += 1
        ways[way](over)

    def content(self) -> bytes:
        """Make a content that was never there before, and expect it."""
        self._number += 1
        offset = self._draw.randrange(1_000_000)
        text = (
            f'"""Module number {self._number} of run {self.seed}."""\n\n'
            f"offset = {offset}\n\n\ndef shifted(n):\n    return 3 * n + offset\n"
        ).encode()
        self._expect(text)
        return text

    def _expect(self, content: bytes) -> None:
        self.expected.add(item_id_of(content))
        self._known = [*self._known[-99:], content]

    def _name(self, suffix: str = ".py") -> str:
        return f"module_{self._number:06d}_{self._draw.randrange(1000):03d}{suffix}"

    def _move_in(self, content: bytes, target: Path) -> None:
        staged = self.folder / STAGE / target.name
        staged.write_bytes(content)
        os.rename(staged, target)  # noqa: PTH104 -- as writers are told to do it

    def _renamed(self, _: Event) -> None:
        content = self.content()
        self._move_in(content, self.folder / self._name())

    def _written(self, over: Event) -> None:
        content = self.content()
        size = -(-len(content) // PIECES)
        with (self.folder / self._name()).open("wb", buffering=0) as file:
            for start in range(0, len(content), size):
                file.write(content[start : start + size])
                over.wait(PIECE_SECONDS)

    def _nested(self, _: Event) -> None:
        content = self.content()
        inner = self.folder / f"part_{self._number % 7}" / "deep"
        inner.mkdir(parents=True, exist_ok=True)
        self._move_in(content, inner / self._name())

    def _rows(self, _: Event) -> None:
        rows = [json.dumps({"content": self.content().decode()}) for _ in range(ROWS)]
        self._move_in("\n".join(rows).encode(), self.folder / self._name(".jsonl"))

    def _again(self, event: Event) -> None:
        if not self._known:
            self._renamed(event)
            return
        self._number += 1
        self._move_in(self._draw.choice(self._known), self.folder / self._name())

    def _broken(self, _: Event) -> None:
        self._number += 1
        content = b"\xff\xfe broken " + str((self.seed, self._number)).encode()
        self._expect(content)
        self._move_in(content, self.folder / self._name())
