"""Shapes of lists, rows, pairs and objects. Imports its neighbour ``shapes``; pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from codeiod.teachers.builtin.fitting.shapes import AS_IT_IS, Shape


def _told_size(fewest: int, most: int) -> str:
    return f"{fewest}" if fewest == most else f"{fewest} to {most}"


@dataclass(frozen=True, slots=True)
class List:
    """A list; sorted, or without equal members, where asked."""

    member: Shape
    shortest: int = 1
    longest: int = 8
    is_sorted: bool = False
    is_distinct: bool = False
    outer: str = AS_IT_IS

    @property
    def conversion(self) -> str:
        inner = self.member.conversion
        if inner == AS_IT_IS:
            return self.outer
        return self.outer.format("[" + inner.format("member") + " for member in {0}]")

    def expression(self) -> str:
        if self.shortest == self.longest:
            count = str(self.shortest)
        else:
            count = f"random.randint({self.shortest}, {self.longest})"
        made = f"[{self.member.expression()} for _ in range({count})]"
        if self.is_distinct:
            made = f"list(dict.fromkeys({made}))"
        return f"sorted({made})" if self.is_sorted else made

    def told(self) -> str:
        size = _told_size(self.shortest, self.longest)
        extra = " in ascending order" if self.is_sorted else ""
        extra += ", no two of them equal" if self.is_distinct else ""
        return f"a list of {size} members{extra}, each {self.member.told()}"

    def sample(self, rng: random.Random) -> Any:
        count = rng.randint(self.shortest, self.longest)
        made = [self.member.sample(rng) for _ in range(count)]
        return sorted(made) if self.is_sorted else made


@dataclass(frozen=True, slots=True)
class Rotated:
    """A list of which some members were moved from the start to the end."""

    member: List

    @property
    def conversion(self) -> str:
        return self.member.conversion

    def expression(self) -> str:
        return f"draw_rotated({self.member.expression()})"

    def told(self) -> str:
        return f"{self.member.told()}; then some of them are moved from the start to the end"

    def sample(self, rng: random.Random) -> Any:
        return self.member.sample(rng)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of one length; as many rows as columns where it is square."""

    member: Shape
    smallest: int = 1
    largest: int = 4
    is_square: bool = False
    outer: str = AS_IT_IS

    @property
    def conversion(self) -> str:
        return self.outer

    def expression(self) -> str:
        name = "draw_square" if self.is_square else "draw_rows"
        return f"{name}(lambda: {self.member.expression()}, {self.smallest}, {self.largest})"

    def told(self) -> str:
        form = "as many columns as rows" if self.is_square else "all of one length"
        size = _told_size(self.smallest, self.largest)
        return f"a list of {size} rows, {form}, each member {self.member.told()}"

    def sample(self, rng: random.Random) -> Any:
        rows = rng.randint(self.smallest, self.largest)
        columns = rows if self.is_square else rng.randint(self.smallest, self.largest)
        return [[self.member.sample(rng) for _ in range(columns)] for _ in range(rows)]


@dataclass(frozen=True, slots=True)
class Pair:
    """A list of a fixed form: one shape for each place."""

    members: tuple[Shape, ...]
    outer: str = AS_IT_IS

    @property
    def conversion(self) -> str:
        return self.outer

    def expression(self) -> str:
        return "[" + ", ".join(member.expression() for member in self.members) + "]"

    def told(self) -> str:
        return "a list of " + " and ".join(member.told() for member in self.members)

    def sample(self, rng: random.Random) -> Any:
        return [member.sample(rng) for member in self.members]


@dataclass(frozen=True, slots=True)
class Span:
    """A pair of integers: a start, and an end that is not below it."""

    low: int = 0
    high: int = 20
    outer: str = AS_IT_IS

    @property
    def conversion(self) -> str:
        return self.outer

    @property
    def longest(self) -> int:
        return max(2, (self.high - self.low) // 3)

    def expression(self) -> str:
        return f"draw_span({self.low}, {self.high}, {self.longest})"

    def told(self) -> str:
        return f"a start and an end, integers from {self.low} to {self.high}, start <= end"

    def sample(self, rng: random.Random) -> Any:
        start = rng.randint(self.low, self.high)
        return [start, min(self.high, start + rng.randint(0, self.longest))]


@dataclass(frozen=True, slots=True)
class Spans:
    """Pairs of integers from left to right, of which none touches the next."""

    most: int = 5
    low: int = 0
    high: int = 30
    outer: str = AS_IT_IS

    @property
    def conversion(self) -> str:
        return self.outer

    def expression(self) -> str:
        return f"draw_spans({self.most}, {self.low}, {self.high})"

    def told(self) -> str:
        return (
            f"a list of 1 to {self.most} pairs of integers from {self.low} to {self.high}, each a"
            " start and an end, from left to right, of which no two overlap"
        )

    def sample(self, rng: random.Random) -> Any:
        ends = sorted(rng.sample(range(self.low, self.high + 1), 2 * rng.randint(1, self.most)))
        return [list(pair) for pair in zip(ends[::2], ends[1::2], strict=True)]


@dataclass(frozen=True, slots=True)
class Record:
    """An object with these keys."""

    members: tuple[tuple[str, Shape], ...]
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        told = (f"{key!r}: {shape.expression()}" for key, shape in self.members)
        return "{" + ", ".join(told) + "}"

    def told(self) -> str:
        return "an object with " + ", ".join(f"`{k}` ({s.told()})" for k, s in self.members)

    def sample(self, rng: random.Random) -> Any:
        return {key: shape.sample(rng) for key, shape in self.members}


@dataclass(frozen=True, slots=True)
class Object:
    """An object from short texts to values of one shape."""

    member: Shape
    keys: str = "abcdefgh"
    longest: int = 5
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        count = f"random.randint(1, {self.longest})"
        return (
            f"{{key: {self.member.expression()} for key in random.sample({self.keys!r}, {count})}}"
        )

    def told(self) -> str:
        letters = ", ".join(self.keys)
        return f"an object of 1 to {self.longest} of the keys {letters}, each {self.member.told()}"

    def sample(self, rng: random.Random) -> Any:
        keys = rng.sample(self.keys, rng.randint(1, self.longest))
        return {key: self.member.sample(rng) for key in keys}
