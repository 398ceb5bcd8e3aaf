"""What is wrong with an answer, said in the language of the texts.

Imports the standard library only. Whoever judges an answer says why in English; a language has a
text ``phrases`` with one line for each such sentence, ``English with {gaps} => its own words``.
What fills a gap is said in the same way. Messages of Python itself, and what no line knows, stay.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

NAME = "phrases"
SIDES = " => "
GAP = re.compile(r"\\\{([a-z]+)\\\}")
LIST = ", "
LIST_WORDS = "、"
LONGEST_CHARS = 2000
"""What is longer was made long by a program: it stays as it is."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence: how it is recognised, and what is said in its place."""

    known: re.Pattern[str]
    words: str


def say(text: str, texts: Mapping[str, str]) -> str:
    """Say a reason in the language of some texts."""
    known = NAME in texts and len(text) <= LONGEST_CHARS
    return _say(text, _phrases(texts[NAME])) if known else text


def _say(text: str, phrases: Sequence[Phrase]) -> str:
    for phrase in phrases:
        if found := phrase.known.fullmatch(text):
            gaps = {name: _say_each(part, phrases) for name, part in found.groupdict().items()}
            return phrase.words.format_map(gaps)
    return text


def _say_each(text: str, phrases: Sequence[Phrase]) -> str:
    """Say what fills a gap; it may be a list of things that are known."""
    if LIST in text:
        parts = text.split(LIST)
        said = [_say(part, phrases) for part in parts]
        if all(one != part for one, part in zip(said, parts, strict=True)):
            return LIST_WORDS.join(said)
    return _say(text, phrases)


@lru_cache(maxsize=8)
def _phrases(text: str) -> Sequence[Phrase]:
    sides = [line.partition(SIDES) for line in text.splitlines()]
    return [Phrase(_pattern(known), words) for known, _, words in sides]


def _pattern(known: str) -> re.Pattern[str]:
    """Make each gap stand for anything; the last phrases of a text come last, so order decides."""
    return re.compile(GAP.sub(r"(?P<\1>.+?)", re.escape(known)), re.DOTALL)
