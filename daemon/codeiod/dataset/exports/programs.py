"""Programs by their id: of millions, only where each line stands is kept in memory.

May import errors, items, ``committed`` and ``journal``. A sample's program mostly stands where the
samples do, but where items were made anew the order of the parts is another one: so it is looked
up.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from codeiod.dataset.exports.committed import Committed, Part
from codeiod.errors import Damaged
from codeiod.items import Pair
from codeiod.journal.records import Stream

_decode = json.JSONDecoder().raw_decode
_ID = b'"id":"'
_ID_CHARACTERS = 32
_LENGTH_BITS = 32


@dataclass(frozen=True)  # no slots: cached_property needs a dict
class ProgramLine:
    """The line of a program."""

    fields: dict[str, Any]

    @cached_property
    def pairs(self) -> list[Pair]:
        """Its pairs, each side as the text that it is."""
        seeds = json.loads(self.fields["seeds"])
        return [
            Pair(known, wanted, seed)
            for (known, wanted), seed in zip(split_pairs(self.fields["ios"]), seeds, strict=True)
        ]

    @property
    def outputs(self) -> list[str]:
        """The outputs of its pairs as texts that tell them apart: much faster than ``pairs``."""
        return [repr(pair["output"]) for pair in json.loads(self.fields["ios"])]

    @cached_property
    def meta(self) -> dict[str, str]:
        """The metadata of its file."""
        return dict(orjson.loads(self.fields["meta"]))


class Programs:
    """All programs of a dataset, found by id; some 24 bytes of memory each."""

    def __init__(self, committed: Committed) -> None:
        """Read all lines once.

        :raises Damaged: a part is not as it was committed.
        """
        self._parts = committed.parts[Stream.PROGRAMS]
        self._slots = 1 << 10
        self._keys = array("Q", bytes(8 * self._slots))
        """The first half of an id; 0: nothing stands here."""
        self._places = array("Q", bytes(16 * self._slots))
        """Part and length, then the offset."""
        self.count = 0
        for number, part in enumerate(self._parts):
            for offset, line in part.lines():
                self._add(_key_of(part, line), number << _LENGTH_BITS | len(line), offset)

    def find(self, program_id: str) -> ProgramLine:
        """Read a program. :raises Damaged: there is none of that id."""
        for part, offset, length in self._found(_key(program_id)):
            fields = orjson.loads(part.line_at(offset, length))
            if fields["id"] == program_id:
                return ProgramLine(fields)
        raise Damaged(f"program {program_id} of a sample is missing: codeiod check tells more")

    def _found(self, key: int) -> Iterator[tuple[Part, int, int]]:
        slot = key % self._slots
        while self._keys[slot]:
            if self._keys[slot] == key:
                place, offset = self._places[2 * slot], self._places[2 * slot + 1]
                yield self._parts[place >> _LENGTH_BITS], offset, place & (1 << _LENGTH_BITS) - 1
            slot = (slot + 1) % self._slots

    def _add(self, key: int, place: int, offset: int) -> None:
        if 2 * self.count >= self._slots:
            self._grow()
        self._put(key, place, offset)
        self.count += 1

    def _put(self, key: int, place: int, offset: int) -> None:
        slot = key % self._slots
        while self._keys[slot]:
            slot = (slot + 1) % self._slots
        self._keys[slot] = key
        self._places[2 * slot], self._places[2 * slot + 1] = place, offset

    def _grow(self) -> None:
        keys, places = self._keys, self._places
        self._slots *= 2
        self._keys = array("Q", bytes(8 * self._slots))
        self._places = array("Q", bytes(16 * self._slots))
        for slot, key in enumerate(keys):
            if key:
                self._put(key, places[2 * slot], places[2 * slot + 1])


def split_pairs(ios: str) -> Iterator[tuple[str, str]]:
    """Cut the pairs of a program's ``ios`` out of their text: no value is written anew.

    :raises ValueError: it is not the text that ``lines.program_line`` writes.
    """
    place = _after(ios, 0, "[")
    while not ios.startswith("]", place):
        start = _after(ios, place, '{"input": ')
        end = _decode(ios, start)[1]
        second = _after(ios, end, ', "output": ')
        stop = _decode(ios, second)[1]
        yield ios[start:end], ios[second:stop]
        place = _after(ios, stop, "}")
        if ios.startswith(", ", place):
            place += 2


def _after(text: str, place: int, expected: str) -> int:
    if not text.startswith(expected, place):
        raise ValueError(f"no {expected!r} at character {place} of the pairs of a program")
    return place + len(expected)


def _key_of(part: Part, line: bytes) -> int:
    """Read the id out of a line: it stands behind fields that are texts, where no quote is bare."""
    start = line.rfind(_ID) + len(_ID)
    found = line[start : start + _ID_CHARACTERS]
    try:
        return _key(found.decode())
    except ValueError:
        raise Damaged(f"{part.path} holds a line without an id: codeiod check tells more") from None


def _key(program_id: str) -> int:
    return int(program_id[:16], 16) or 1
