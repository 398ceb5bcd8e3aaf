"""Shapes of texts: over an alphabet, or of words. Imports its neighbour ``shapes``; pure."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from typing import Any

from codeiod.teachers.builtin.fitting.shapes import AS_IT_IS, sampled, told_specials, with_specials


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
            return with_specials(word, self.specials)
        count = f"random.randint(1, {self.words})"
        return with_specials(f"{self.joint!r}.join({word} for _ in range({count}))", self.specials)

    def told(self) -> str:
        letters = "small letters" if self.alphabet == string.ascii_lowercase else ""
        of = letters or f"characters out of {self.alphabet!r}"
        if self.words > 1:
            parts = f"1 to {self.words} words of {of}, joined by {self.joint!r}"
            return f"a text of {parts}" + told_specials(self.specials)
        size = f"a text of {self.shortest} to {self.longest} {of}"
        return size + told_specials(self.specials)

    def sample(self, rng: random.Random) -> Any:
        made = [
            "".join(rng.choices(self.alphabet, k=rng.randint(self.shortest, self.longest)))
            for _ in range(rng.randint(1, self.words))
        ]
        return sampled(self.joint.join(made), self.specials, rng)


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
