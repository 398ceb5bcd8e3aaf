"""The shapes of arguments: how to draw one, and how to say what it is. Here the simple ones.

Imports the standard library only; pure. ``texts``, ``trees`` and ``containers`` hold the others.
``expression`` is source text that uses ``random`` and the arguments drawn before it; ``sample``
draws the same kind of value here, where the arguments drawn before are not known. All values are
JSON, and within the limits of a pair.
"""

from __future__ import annotations

import random
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


def with_specials(plain: str, specials: tuple[Any, ...]) -> str:
    if not specials:
        return plain
    return f"{plain} if random.random() > {SPECIAL_SHARE} else random.choice({list(specials)!r})"


def told_specials(specials: tuple[Any, ...]) -> str:
    if not specials:
        return ""
    shown = [repr(special) for special in sorted(specials[:6])]
    if len(shown) <= 2:
        return f", often {' or '.join(shown)}"
    return f", often one of {', '.join(shown[:-1])} or {shown[-1]}"


def sampled(plain: Any, specials: tuple[Any, ...], rng: random.Random) -> Any:
    return rng.choice(specials) if specials and rng.random() < SPECIAL_SHARE else plain


@dataclass(frozen=True, slots=True)
class Int:
    low: int = 0
    high: int = 20
    specials: tuple[int, ...] = ()
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        return with_specials(f"random.randint({self.low}, {self.high})", self.specials)

    def told(self) -> str:
        return f"an integer from {self.low} to {self.high}" + told_specials(self.specials)

    def sample(self, rng: random.Random) -> Any:
        return sampled(rng.randint(self.low, self.high), self.specials, rng)


@dataclass(frozen=True, slots=True)
class Float:
    low: float = 0.0
    high: float = 20.0
    specials: tuple[float, ...] = ()
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        plain = f"round(random.uniform({self.low}, {self.high}), 2)"
        return with_specials(plain, self.specials)

    def told(self) -> str:
        return f"a number from {self.low} to {self.high}" + told_specials(self.specials)

    def sample(self, rng: random.Random) -> Any:
        return sampled(round(rng.uniform(self.low, self.high), 2), self.specials, rng)


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
