"""The closed set of shapes that an argument may have: how to draw one, and how to say what it is.

Imports the standard library only; pure. ``expression`` is source text that uses ``random`` and the
arguments drawn before it; ``sample`` draws the same kind of value here, where the arguments drawn
before are not known. All values are JSON, and within the limits of a pair.
"""

from __future__ import annotations

import random
import string
from dataclasses import dataclass, field
from typing import Any, Protocol

AS_IT_IS = "{0}"
SPECIAL_SHARE = 0.35
"""How often one of the special values is drawn, where there are any."""


class Shape(Protocol):
    """The form of an argument's values, and how to make of JSON what the function takes."""

    @property
    def conversion(self) -> str:
        """A format of the expression that converts the JSON value; ``{0}`` is the value."""
        ...

    def expression(self) -> str: ...
    def told(self) -> str: ...
    def sample(self, rng: random.Random) -> Any: ...


def _with_specials(plain: str, specials: tuple[Any, ...]) -> str:
    if not specials:
        return plain
    return f"{plain} if random.random() > {SPECIAL_SHARE} else random.choice({list(specials)!r})"


def _told_specials(specials: tuple[Any, ...]) -> str:
    return f", often one of {', '.join(map(repr, specials[:6]))}" if specials else ""


def _sampled(plain: Any, specials: tuple[Any, ...], rng: random.Random) -> Any:
    return rng.choice(specials) if specials and rng.random() < SPECIAL_SHARE else plain


@dataclass(frozen=True, slots=True)
class Int:
    low: int = 0
    high: int = 20
    specials: tuple[int, ...] = ()
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        return _with_specials(f"random.randint({self.low}, {self.high})", self.specials)

    def told(self) -> str:
        return f"an integer from {self.low} to {self.high}" + _told_specials(self.specials)

    def sample(self, rng: random.Random) -> Any:
        return _sampled(rng.randint(self.low, self.high), self.specials, rng)


@dataclass(frozen=True, slots=True)
class Float:
    low: float = 0.0
    high: float = 20.0
    specials: tuple[float, ...] = ()
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        plain = f"round(random.uniform({self.low}, {self.high}), 2)"
        return _with_specials(plain, self.specials)

    def told(self) -> str:
        return f"a number from {self.low} to {self.high}" + _told_specials(self.specials)

    def sample(self, rng: random.Random) -> Any:
        return _sampled(round(rng.uniform(self.low, self.high), 2), self.specials, rng)


@dataclass(frozen=True, slots=True)
class Bool:
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        return "random.random() < 0.5"

    def told(self) -> str:
        return "true or false"

    def sample(self, rng: random.Random) -> Any:
        return rng.random() < 0.5


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some constants."""

    values: tuple[Any, ...]
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        return f"random.choice({list(self.values)!r})"

    def told(self) -> str:
        return "one of " + ", ".join(map(repr, self.values))

    def sample(self, rng: random.Random) -> Any:
        return rng.choice(self.values)


@dataclass(frozen=True, slots=True)
class Text:
    """A text over an alphabet, or up to ``words`` of them joined by ``joint``."""

    alphabet: str = string.ascii_lowercase
    shortest: int = 1
    longest: int = 8
    words: int = 1
    joint: str = " "
    specials: tuple[str, ...] = ()
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        length = f"random.randint({self.shortest}, {self.longest})"
        word = f'"".join(random.choices({self.alphabet!r}, k={length}))'
        if self.words == 1:
            return _with_specials(word, self.specials)
        count = f"random.randint(1, {self.words})"
        return _with_specials(f"{self.joint!r}.join({word} for _ in range({count}))", self.specials)

    def told(self) -> str:
        letters = "small letters" if self.alphabet == string.ascii_lowercase else ""
        of = letters or f"characters out of {self.alphabet!r}"
        if self.words > 1:
            parts = f"1 to {self.words} words of {of}, joined by {self.joint!r}"
            return f"a text of {parts}" + _told_specials(self.specials)
        size = f"a text of {self.shortest} to {self.longest} {of}"
        return size + _told_specials(self.specials)

    def sample(self, rng: random.Random) -> Any:
        made = [
            "".join(rng.choices(self.alphabet, k=rng.randint(self.shortest, self.longest)))
            for _ in range(rng.randint(1, self.words))
        ]
        return _sampled(self.joint.join(made), self.specials, rng)


WORDS = (
    "apple", "river", "stone", "level", "banana", "moon", "garden", "noon", "letter", "green",
    "summer", "civic", "tree", "coffee", "old", "winter", "light", "a", "kayak", "book",
)  # fmt: skip
"""Words with letters that occur twice, words that read the same backwards, and short ones."""


@dataclass(frozen=True, slots=True)
class Words:
    """A word, or some words with a space between them."""

    fewest: int = 1
    most: int = 1
    joint: str = " "
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        if self.most == 1:
            return "random.choice(WORDS)"
        count = f"random.randint({self.fewest}, {self.most})"
        return f"{self.joint!r}.join(random.choices(WORDS, k={count}))"

    def told(self) -> str:
        if self.most == 1:
            return "an English word in small letters"
        joint = "" if self.joint == " " else f", joined by {self.joint!r}"
        return f"a text of {self.fewest} to {self.most} English words in small letters{joint}"

    def sample(self, rng: random.Random) -> Any:
        return self.joint.join(rng.choices(WORDS, k=rng.randint(self.fewest, self.most)))


@dataclass(frozen=True, slots=True)
class Tree:
    """The values of a binary tree, level by level, with null for a missing child."""

    largest: int = 9
    is_search: bool = False
    """Whether smaller values stand on the left, larger ones on the right."""
    low: int = 0
    high: int = 20
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        name = "draw_search_tree" if self.is_search else "draw_tree"
        return f"{name}({self.largest}, {self.low}, {self.high})"

    def told(self) -> str:
        kind = "a binary search tree" if self.is_search else "a binary tree"
        return f"{kind} of up to {self.largest} integers from {self.low} to {self.high}"

    def sample(self, rng: random.Random) -> Any:
        return [rng.randint(self.low, self.high), None, rng.randint(self.low, self.high)]


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
        fixed = self.shortest == self.longest
        size = f"{self.shortest}" if fixed else f"{self.shortest} to {self.longest}"
        extra = ", in ascending order" if self.is_sorted else ""
        extra += ", no two of them equal" if self.is_distinct else ""
        return f"a list of {size} members, each {self.member.told()}{extra}"

    def sample(self, rng: random.Random) -> Any:
        count = rng.randint(self.shortest, self.longest)
        made = [self.member.sample(rng) for _ in range(count)]
        return sorted(made) if self.is_sorted else made


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
        size = f"{self.smallest} to {self.largest}"
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


@dataclass(frozen=True, slots=True)
class Tied:
    """A value that hangs on an argument drawn before it."""

    drawn: str
    """The expression, with the other argument's name in it."""
    meant: str
    likely: Shape = field(default_factory=Int)
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        return self.drawn

    def told(self) -> str:
        return self.meant

    def sample(self, rng: random.Random) -> Any:
        return self.likely.sample(rng)
