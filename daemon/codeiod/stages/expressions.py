"""Read the value that an expression in prose comes to: `3 - (2 - 1) ** 2 = 2` comes to 2.

May import ``literals``. Expressions are not understood: only where their parts end is found, so
that no part is taken for the whole. Time is bounded, as an expression has few parts and is short.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from codeiod.stages.literals import Literal, closing, literal_end, read_literal

MAX_PARTS = 30
"""Of one expression; what is longer has no value that is found."""
MAX_EXPRESSIONS = 8
"""Of a chain: `total = total + x = 3 + 6 = 9` has three."""

Span: TypeAlias = tuple[int, int]

_EQUALS = re.compile(r"[ \t]{0,2}=(?!=)[ \t]{0,2}")
_OPERATOR = re.compile(
    r"[ \t]{0,2}(?:\*\*|//|<<|>>|<=|>=|==|!=|[-–](?!>)|[+*/%@&^<>×·÷−])[ \t]{0,2}"
)
_SEPARATOR = re.compile(r"[ \t](?:[-–/·>])[ \t]")
"""An operator that also parts one claim from the next: `i = 2 - total = 5`."""
_SIGNS = re.compile(r"[-+~−](?:[ \t]?[-+~−]){0,2}[ \t]?")
_NAME = re.compile(r"[^\W\d]\w{0,60}(?!\w)")
_ATTRIBUTE = re.compile(r"\.[^\W\d]\w{0,60}(?!\w)")
_CODE = re.compile(r"`([^`\n]{1,300})`")
_STARS = re.compile(r"\*{1,3}(?=[^\s*])")
_ANOTHER_WORD = re.compile(r"[ \t]+[^\W\d]")


_CONDITION = re.compile(r"[\s`*)\],]{0,6}(?:if|when|unless|while|until|whenever|otherwise|else)\b")
_AFTER = re.compile(
    r"[`*)\]]{0,4}(?:$|\s*(?:->|→|=>)|\n|[.;:!?](?=\s|$)(?!\s*=)|,(?=\s+[`*]{0,3}[^\W\d]|\s*\n|\s*$)|"
    r"\s+\((?!mod\b)|\s+[-–—]\s+(?=[`*\"']{0,3}[^\W\d])|\s*$|"
    r"\s+(?:and|so|then|after|at|in|because|which|since|but|for|now|again|here|before|as|on|with|"
    r"by(?!\s\d)|this|that|we|the|yet|thus|hence|therefore)(?!\w)(?!\s(?:of|more|less|most|least|average)))"
)
_IN = re.compile(r"[`*]{0,3}\s+(?:not\s+)?in\s+(?:[`(\[{'\"]|([^\W\d]\w{0,60})(?!\w))")
_AND = re.compile(
    r"[`*]{0,3}\s+and\s+(?:not\b|(?:True|False|None)\b(?!\sis)|"
    r"`?([^\W\d]\w{0,60})`?(?=\s*(?:[.,;:)](?:\s|$)|\n|$)))"
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an expression, or the whole of it."""

    end: int
    literal: Span | None = None
    """Where its literal stands, if it is one and nothing else."""
    is_word: bool = False
    """Whether it is a name without anything that marks it as code: perhaps a word."""


def read_value(text: str, start: int, names: Collection[str]) -> Literal | None:
    """Read the value that is claimed at a place, if nothing behind it makes it another.

    :param names: of variables, to tell `True and done` from `True and done with it`.
    """
    span = value_at(text, start)
    if span is None:
        return None
    begin, end = span
    if not _AFTER.match(text, end) or _CONDITION.match(text, end):
        return None
    for word_operator in (_IN, _AND):
        found = word_operator.match(text, end)
        if found and (found.group(1) is None or found.group(1) in names):
            return None
    return read_literal(text[begin:end])


def value_at(text: str, start: int) -> Span | None:
    """Return where the literal stands to which the expression at a place comes.

    A lone literal is its own value; of a chain the last member is, if it is a lone literal.
    """
    while start > 0 and text[start - 1] in "`*":
        start -= 1
    may_be_word = "=" in text[max(0, start - 2) : start]
    for _ in range(MAX_EXPRESSIONS):
        found = _expression(text, start)
        if found is None or (found.is_word and not may_be_word):
            return None  # `total is never = 5`
        equals = _EQUALS.match(text, found.end)
        if equals is None:
            return found.literal
        start, may_be_word = equals.end(), True
    return None


def _expression(text: str, start: int) -> _Part | None:
    whole = _part(text, start)
    for _ in range(MAX_PARTS):
        if whole is None:
            return None
        operator = _OPERATOR.match(text, whole.end)
        operand = _part(text, operator.end()) if operator else None
        if operator is None or operand is None or _is_prose(text, operand):
            return whole
        if _SEPARATOR.fullmatch(operator.group()) and _begins_anew(text, whole, operand):
            return None
        whole = _Part(operand.end)
    return None


def _is_prose(text: str, operand: _Part) -> bool:
    """Tell whether what stands behind an operator begins a sentence: `5 - as before`."""
    return operand.is_word and bool(_ANOTHER_WORD.match(text, operand.end))


def _begins_anew(text: str, before: _Part, operand: _Part) -> bool:
    """Tell whether a name may be the subject of the next claim as well as an operand."""
    is_lone = before.literal is not None
    return is_lone and operand.is_word and bool(_EQUALS.match(text, operand.end))


def _part(text: str, start: int) -> _Part | None:
    """Read an operand: with its signs, calls, indexes, attributes and marks of code or stress."""
    stars = _STARS.match(text, start)
    begin = stars.end() if stars else start
    if code := _CODE.match(text, begin):
        found = _Part(code.end(), _lone(text, *code.span(1)))
    elif (bare := _bare(text, begin)) is not None:
        found = bare
    else:
        return None
    if stars and text.startswith(stars.group(), found.end):
        return _Part(found.end + len(stars.group()), found.literal)
    if text.startswith("`", found.end):
        # It closes a mark that was opened further before: `total = 5`.
        return _Part(found.end + 1, found.literal)
    return found


def _lone(text: str, start: int, end: int) -> Span | None:
    return (start, end) if literal_end(text, start) == end else None


def _bare(text: str, start: int) -> _Part | None:
    literal = literal_end(text, start)
    if literal is not None:
        end = _trailers(text, literal)
        return _Part(end, (start, end) if end == literal else None)
    signs = _SIGNS.match(text, start)
    begin = signs.end() if signs else start
    if signs and (literal := literal_end(text, begin)) is not None:
        return _Part(_trailers(text, literal))
    name = _NAME.match(text, begin)
    if name is None:
        return None
    end = _trailers(text, name.end())
    return _Part(end, is_word=end == name.end() and signs is None)


def _trailers(text: str, end: int) -> int:
    """Skip the calls, indexes and attributes that stand right behind an operand."""
    for _ in range(MAX_PARTS):
        attribute = _ATTRIBUTE.match(text, end)
        behind = attribute.end() if attribute else None
        if text.startswith(("(", "["), end):
            behind = closing(text, end)
        if behind is None:
            return end
        end = behind
    return end
