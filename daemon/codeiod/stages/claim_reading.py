"""Find in a rationale what it claims of a program's run: that a name has a value.

May import ``literals`` and ``expressions``. Precision before recall: what is not clearly a claim is
left out (hypotheses, code blocks, expressions without a value, approximations, "the result is 7").
Time is linear in the text: names are found first, from each a bounded stretch is looked at.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from codeiod.stages.expressions import read_value
from codeiod.stages.literals import Literal, closing, parsed, read_literal

MAX_TEXT_CHARS = 200_000
MAX_CLAIMS = 500
_BEFORE_CHARS = 160

Key: TypeAlias = int | str | float | bool | None
Path: TypeAlias = tuple[tuple[str, Key], ...]
"""What stands behind a name, outermost first: an index or key (`[`), or an attribute (`.`)."""


@dataclass(frozen=True, slots=True)
class NameClaim:
    """That a name, or a part of what it names, has a value."""

    name: str
    path: Path
    target: str
    """The name with its path, as it was written."""
    literal: Literal
    start: int
    """Where it stands in the text."""


@dataclass(frozen=True, slots=True)
class CallClaim:
    """That a call returns a value."""

    function: str
    arguments: tuple[Any, ...]
    keywords: tuple[tuple[str, Any], ...]
    target: str
    literal: Literal
    start: int


Claim: TypeAlias = NameClaim | CallClaim

_FENCE = re.compile(r"^[ \t]*(```|~~~)", re.MULTILINE)
_WORD = re.compile(r"(?<![\w.$\\'\"])[^\W\d]\w{0,99}(?!\w)")
_PATH = re.compile(r"(?:\.[^\W\d]\w{0,60}(?!\w)|\[[^\[\]\n]{1,60}\]){0,6}")
_PATH_PART = re.compile(r"\.(\w+)|\[([^\[\]]+)\]")
_QUOTE = r"[`*]{0,3}"
_NOW = (
    r"(?:\s(?:now|then|again|still|finally|equal\sto|(?:set|updated|changed|reset|initiali[sz]ed|"
)
_NOW += r"incremented|increased|decremented|decreased|reduced)\sto))?"
_IS = re.compile(
    rf"{_QUOTE} {{0,2}}(?:(?::=|(?<!\*)=(?!=)|→|->)|(?:is|was|becomes|became|equals){_NOW}(?!\w))"
    rf" {{0,2}}{_QUOTE}"
)
_TO = re.compile(rf"{_QUOTE}\sto\s{_QUOTE}")
_FROM_TO = re.compile(rf"{_QUOTE}\s(?:\w{{1,12}}\s)?from\s[^\s,;]{{1,40}}\sto\s{_QUOTE}")
_RETURNS = re.compile(
    rf"{_QUOTE}\s{{0,2}}(?:=(?!=)|→|->|(?:returns|returned|gives|yields|is|equals)(?!\w))\s{{0,2}}{_QUOTE}"
)
_SETTING = re.compile(
    r"\b(?:sets?|setting|updat(?:es?|ed|ing)|chang(?:es?|ed|ing)|resets?|initiali[sz](?:es?|ed|ing)|"
    r"increments?|increas(?:es?|ed|ing)|decrements?|decreas(?:es?|ed|ing)|reduc(?:es?|ed|ing)|"
    r"brings?|bringing)\s(?:the\s)?(?:variable\s)?[`*]{0,3}$"
)
_LETTER = re.compile(r"\w")
_DETERMINER = re.compile(
    r"\b(?:the|an?|th[ai]t|this|its?|our|my|your|their|final|any)\s$", re.IGNORECASE
)
_NOUNS = frozenset(("result", "output", "answer", "input", "it", "that", "this", "which", "there"))
"""Words that stand for something else than a variable of their name, unless marked as code."""
_HYPOTHETICAL = re.compile(
    r"\b(?:if|unless|whether|until|while|when|whenever|once|suppose|supposing|assume|assuming|case|"
    r"would|could|should|might|may|must|let|say|instead|otherwise|not|never|cannot|example|either|"
    r"try|trying|want|wants|need|needs|expect|guess|returns?|default|about|approximately|or)\b|n't\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:.!?](?=\s)|\n|\b(?:so|then|thus|hence|therefore)\b")
_UNFIT_BEFORE = frozenset(
    word
    for words in (
        ("of", "in", "for", "from", "by", "than", "to", "between", "at", "on", "per", "within"),
        ("plus", "minus", "times", "into", "over", "under", "each", "every", "any", "no", "not"),
        ("len", "max", "min", "sum", "abs"),
    )
    for word in words
)
_OPERATORS = frozenset("+-*/%^<>=!&|~@([{")
_BULLETS = ("", "-", "*", "•", "+", ">", "#", "##", "###")


def find_claims(text: str, names: Collection[str], functions: Collection[str]) -> Iterator[Claim]:
    """Yield the claims of a rationale, in order, about these names and calls of these functions."""
    text = text[:MAX_TEXT_CHARS]
    found = 0
    for first, last in _prose(text):
        for word in _WORD.finditer(text, first, last):
            claim: Claim | None = None
            name = word.group()
            if name in functions and text.startswith("(", word.end()):
                claim = _call_claim(text, word.start(), word.end(), name, names)
            elif name in names:
                claim = _name_claim(text, word.start(), word.end(), name, names)
            if claim is not None:
                yield claim
                found += 1
            if found >= MAX_CLAIMS:
                return


def _prose(text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches that stand outside of code blocks."""
    fences = [fence.start() for fence in _FENCE.finditer(text)]
    begin = 0
    for opens, closes in zip(fences[::2], [*fences[1::2], len(text)], strict=False):
        yield begin, opens
        begin = min(text.find("\n", closes) % (len(text) + 1), len(text))
    yield begin, len(text)


def _name_claim(
    text: str, start: int, end: int, name: str, names: Collection[str]
) -> NameClaim | None:
    path_match = _PATH.match(text, end)
    end = path_match.end() if path_match else end
    path = read_path(path_match.group() if path_match else "")
    if path is None:
        return None
    relation = _relation(text, start, end)
    if relation is None:
        return None
    literal = read_value(text, relation.end(), names)
    if literal is None or not _may_claim(text, start, names):
        return None
    return NameClaim(name, path, text[start:end], literal, start)


def _relation(text: str, start: int, end: int) -> re.Match[str] | None:
    """Find what relates a name to the value that follows: a sign, a verb, or a setting of it."""
    relation = _IS.match(text, end) or _FROM_TO.match(text, end)
    if relation is None:
        is_set = _SETTING.search(text, max(0, start - 40), start)
        return _TO.match(text, end) if is_set else None
    is_said = _LETTER.search(relation.group())
    return None if is_said and _is_a_word(text, start, text[start:end]) else relation


def _is_a_word(text: str, start: int, name: str) -> bool:
    """Tell whether a name is used as a word of the language: `the total is 5`."""
    is_marked = text[start - 1 : start] in ("`", "*")
    return not is_marked and (
        name in _NOUNS or bool(_DETERMINER.search(text, max(0, start - 8), start))
    )


def _may_claim(text: str, start: int, names: Collection[str]) -> bool:
    """Tell whether what stands before a name lets it be the subject of a claim."""
    before = text[max(0, start - _BEFORE_CHARS) : start].rstrip("`*")
    clause = _CLAUSE_END.split(before)[-1]
    if _HYPOTHETICAL.search(clause):
        return False
    stripped = before.rstrip()
    if before.rpartition("\n")[2].strip() in _BULLETS or stripped.endswith(("->", "=>")):
        return True
    if stripped.endswith(",") and (word := re.search(r"([^\W\d]\w*),$", stripped[-40:])):
        return word.group(1) not in names  # `a, b = 1, 2`
    if stripped[-1:] in _OPERATORS:
        return stripped.endswith("(") and not re.search(r"\w\($", stripped[-2:])
    words = clause.split()
    last = words[-1].strip("`*\"'(").lower() if words else ""
    is_value_of = clause.rstrip().endswith("value of")
    return not _is_in_call(before) and (last not in _UNFIT_BEFORE or is_value_of)


def _is_in_call(before: str) -> bool:
    """Tell whether a text ends within the brackets of a call."""
    head, bracket, inside = before.rpartition("(")
    is_call = head[-1:].isalnum() or head[-1:] == "_"
    return bool(bracket) and is_call and ")" not in inside and "\n" not in inside


def _call_claim(
    text: str, start: int, end: int, name: str, names: Collection[str]
) -> CallClaim | None:
    before = text[max(0, start - _BEFORE_CHARS) : start].rstrip("`*")
    clause = _CLAUSE_END.split(before)[-1]
    if _HYPOTHETICAL.search(clause) or before.rstrip()[-1:] in _OPERATORS:
        return None
    closed = closing(text, end)
    if closed is None:
        return None
    relation = _RETURNS.match(text, closed)
    arguments = read_arguments(text[start:closed])
    if relation is None or arguments is None:
        return None
    literal = read_value(text, relation.end(), names)
    return CallClaim(name, *arguments, text[start:closed], literal, start) if literal else None


def read_arguments(call: str) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]] | None:
    """Return the arguments of a call, by place and by name, where all are literals."""
    node = parsed(call)
    if not isinstance(node, ast.Call):
        return None
    try:
        positional = tuple(ast.literal_eval(argument) for argument in node.args)
        named = tuple((word.arg, ast.literal_eval(word.value)) for word in node.keywords)
    except (ValueError, TypeError, RecursionError, MemoryError, SyntaxError):
        return None
    if any(name is None for name, _ in named):
        return None
    return positional, tuple((str(name), value) for name, value in named)


def read_path(text: str) -> Path | None:
    """Read what stands behind a name; None where an index is no literal."""
    path: list[tuple[str, Key]] = []
    for part in _PATH_PART.finditer(text):
        attribute, index = part.groups()
        if attribute is not None:
            path.append((".", attribute))
            continue
        literal = read_literal(index)
        if literal is None or isinstance(literal.value, list | tuple | dict | set):
            return None
        path.append(("[", literal.value))
    return tuple(path)
