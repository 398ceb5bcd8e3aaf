"""How things are said: the choice of words by a seed, values in short, sentences put together.

May import the narration's ``objects`` and ``values``, and the sandbox's values.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from codeiod.teachers.builtin.narration.objects import Unknown, in_words, pictured
from codeiod.teachers.builtin.narration.values import value_of
from codeiod_sandbox.traces import Shown

_MAX_WHOLE_CHARS = 140
_MAX_CLAUSES = 4
_MAX_OBJECT_CHARS = 100
UNKNOWN = "another value"
_MAX_SHORT_CHARS = 60
_OBJECT = re.compile(r"\w\(\w+=|\.\.\.|^(?!set|frozenset)[A-Za-z_]\w*\(\)$|^<")
_FIELD = re.compile(r"\w\(\w+=")
_PLAIN = re.compile(r"-?\d{1,12}(?:\.\d{1,12})?\Z|'[^'\\`]{0,12}'\Z|True\Z|False\Z|None\Z")
_ENDS = 3
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True, slots=True)
class Clause:
    """Part of a sentence, without its stop.

    :param leads: what is told next follows from it.
    :param is_test: it tells which way a condition went.
    """

    text: str
    leads: bool = False
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, or a point of a list within lists."""

    depth: int
    is_point: bool
    text: str


class Voice:
    """Chooses between ways to say a thing, the same ones for the same seed."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)
        self._last = ""

    def pick(self, *ways: str) -> str:
        """Choose a way."""
        return ways[int(self._random.random() * len(ways))]

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def sentences(
        self, clauses: Sequence[Clause], opening: str = "", *, is_within: bool = False
    ) -> str:
        """Put clauses together; what leads to the next one is joined with it.

        :param is_within: they go on a sentence that has begun.
        """
        said: list[str] = []
        place = 0
        while place < len(clauses):
            end = self._end(clauses, place)
            text = self._joined(clauses[place:end])
            said.append(f"{text if is_within else capital(opening + text)}.")
            place, opening, is_within = end, "", False
        return " ".join(said)

    def _end(self, clauses: Sequence[Clause], place: int) -> int:
        """Choose where the sentence ends that begins with a clause."""
        end = place + 1
        while end < len(clauses) and end - place < _MAX_CLAUSES and clauses[end - 1].leads:
            end += 1
        if end == place + 1 < len(clauses) and _are_alike(clauses[place], clauses[end]):
            return end + 1 if self.chance(0.6) else end
        return end

    def _joined(self, clauses: Sequence[Clause]) -> str:
        text = clauses[0].text
        for before, clause in pairwise(clauses):
            if not before.leads:
                text += f" and {clause.text}"
            elif clause.is_test or ", so " in text or ", so " in clause.text:
                text += f"; {clause.text}"
            else:
                text += f", {self.pick('so', 'so', 'and so')} {clause.text}"
        return text


def _are_alike(one: Clause, other: Clause) -> bool:
    """Tell whether two short clauses go well into one sentence."""
    return not any(
        clause.leads or clause.is_test or " and " in clause.text or ";" in clause.text
        or len(clause.text) > _MAX_SHORT_CHARS
        for clause in (one, other)
    )  # fmt: skip


def capital(text: str) -> str:
    """Begin with a capital letter, where it begins with a letter."""
    return text[:1].upper() + text[1:]


def whole(shown: Shown | None, most: int = _MAX_WHOLE_CHARS) -> str:
    """Return a value as text where it is shown whole and short, else ``""``."""
    if shown is None or shown.is_cut or len(shown.text) > most or "`" in shown.text:
        return ""
    if _OBJECT.search(shown.text):
        return ""
    return shown.text


def brief(shown: Shown | None, most: int = _MAX_WHOLE_CHARS) -> str:
    """Return a value as text, or in words where it is long."""
    return whole(shown, most) or objects(shown, max(most, _MAX_OBJECT_CHARS)) or _kind(shown)


def objects(shown: Shown | None, most: int, *, is_short: bool = False) -> str:
    """Return a value in words that is an object or holds some; ``""`` where that can't be told.

    :param is_short: without an article, as it stands within brackets.
    """
    if shown is None or not _FIELD.search(shown.text):
        return ""
    try:
        value = value_of(shown)
        text = in_words(value) if not is_short else ""
        text = text or pictured(value)
    except Unknown:
        return ""
    return text if len(text) <= most and text.isprintable() else ""


def linked(shown: Shown, most: int) -> str:
    """Return a node, and those that it leads to, in words; ``""`` where a value is none."""
    text = objects(shown, most)
    return text if text.startswith("the ") else ""


def is_bare(shown: Shown) -> bool:
    """Tell whether a value is an object without attributes: of no interest by itself."""
    return shown.text.endswith("()") and shown.text not in ("()", "set()", "frozenset()")


def short(shown: Shown | None, most: int) -> str:
    """Return a value as it stands within brackets, ``""`` where it is long."""
    return whole(shown, most) or objects(shown, most, is_short=True)


def _kind(shown: Shown | None) -> str:
    if shown is None:
        return UNKNOWN
    opening = shown.text[:1]
    words = {"[": "list", "(": "tuple", "'": "text", '"': "text"}
    if opening in words:
        return _sized(shown, words[opening])
    if opening == "{":
        return _sized(shown, "dict" if ": " in shown.text else "set")
    if opening.isdigit() or opening == "-":
        return _long_number(shown)
    kind = shown.text.partition("(")[0]
    if not kind.isidentifier():
        return UNKNOWN
    return f"{'an' if kind[0] in 'AEIOaeio' else 'a'} `{kind}` object"


def _sized(shown: Shown, kind: str) -> str:
    try:
        value = value_of(shown)
        said = f"a {kind} of {len(value)} {'characters' if kind == 'text' else 'members'}"
    except (Unknown, TypeError):
        return f"a long {kind}{_ends(shown.text)}"
    return f"{said}{_ends(shown.text)}" if kind in ("list", "tuple") else said


def _ends(text: str) -> str:
    """Show the first and last members of a sequence of plain ones."""
    members = text[1:-1].split(", ")
    first, last = members[:_ENDS], members[-1]
    if not all(_PLAIN.match(member) for member in (*first, last)):
        return ""
    return f" ({', '.join(first)}, …, {last})"


def _long_number(shown: Shown) -> str:
    if shown.is_cut or not shown.text.isdigit():
        return "a long number"
    return f"the number of {len(shown.text)} digits that begins with {shown.text[:8]}…"


def counted(number: int, noun: str) -> str:
    """Write a number of things: ``three rounds``."""
    word = _COUNTS[number] if number < len(_COUNTS) else str(number)
    return f"{word} {noun}{'' if number == 1 else 's'}"


def ordinal(number: int) -> str:
    """Write which one of several: ``third``, ``12th``."""
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    tens, ones = divmod(number, 10)
    ending = "th" if tens % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(ones, "th")
    return f"{number}{ending}"


def listed(texts: Sequence[str], last: str = "and") -> str:
    """Write several as a list: ``a, b and c``."""
    if len(texts) < 2:  # a list begins with two
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def laid_out(lines: Sequence[Line]) -> str:
    """Write paragraphs and lists."""
    text: list[str] = []
    before: Line | None = None
    for line in lines:
        if not line.text:
            continue
        if before is not None:
            is_tight = line.depth > 0 and (before.depth > 0 or line.is_point)
            text.append("\n" if is_tight or (line.is_point and before.is_point) else "\n\n")
        text.append("  " * (line.depth - 1 if line.is_point else line.depth))
        text.append(f"- {line.text}" if line.is_point else line.text)
        before = line
    return "".join(text)
