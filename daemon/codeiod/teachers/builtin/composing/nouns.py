"""Names of functions read as what they ask for: ``largestSum`` is "the largest sum".

Imports the standard library and the analysis' words.
"""

from __future__ import annotations

import re

from codeiod.teachers.builtin.analysis.wellknown import words

STARTS = words(
    """longest shortest largest smallest max min maximum minimum first last total sum average number
    length mean area distance median most least next unique highest lowest
    closest nearest kth nth best greatest product factorial"""
)
FETCHING = words("get find compute calculate calc")
SPELT = {"max": "maximum", "min": "minimum", "num": "number of", "avg": "average"}
SAYING_NOTHING = words(
    """solve solution main run func f function test play process do my call execute helper answer
    calculate compute get find problem task util work go start exec method fn ans res result
    recursive iterative recursion implementation approach brute force naive algorithm rec recur"""
)
SHORTEST_WORD_CHARS = 3
SHORT_WORDS = words(
    """max min sum num avg kth nth odd bit day way key job age pay tax one two all of gap row"""
)
SMALL = words("to in by for with using without from into and or on at is has all if")
NUMBER = re.compile(
    r"(?:\s+(?:v?\d+|v|i{2,3}|iv|dp|brute|force|optimized|recursive|iterative))+$", re.IGNORECASE
)


def asked_for(title: str) -> str:
    """Read a name as a noun phrase, ``""`` where it is none."""
    parts = NUMBER.sub("", title).split()
    if len(parts) > 1 and parts[0] in FETCHING:
        parts = parts[1:]
    if parts[:1] == ["the"]:
        parts = parts[1:]
    if len(parts) < 2 or parts[0] not in {*STARTS, "num", "avg"}:
        return ""
    if parts[-1].endswith(("ing", "ed", "est")):
        return ""
    if parts[0] in ("num", "number") and not is_plural(parts[-1]):
        return ""
    if not all(_is_word(part) for part in parts) or SMALL & set(parts):
        return ""
    spelt = [SPELT.get(word, word) for word in parts]
    return f"the {' '.join(spelt)}".replace("of of", "of")


def counted(title: str) -> str:
    """Read a name as what it counts: ``countPairs`` is "pairs"; ``""`` where it counts nothing."""
    verb, *parts = NUMBER.sub("", title).split() or [""]
    is_name = bool(parts) and all(map(_is_word, parts)) and not SMALL & set(parts)
    return " ".join(parts) if verb == "count" and is_name and is_plural(parts[-1]) else ""


def _is_word(part: str) -> bool:
    """Whether a part of a name looks like a whole word, not like ``str`` or ``cnt``."""
    return part.isalpha() and (len(part) > SHORTEST_WORD_CHARS or part in SHORT_WORDS)


def is_plural(about: str) -> bool:
    """Whether a noun phrase stands for several."""
    head = about.partition(" of ")[0]
    return head.endswith("s") and not head.endswith(("ss", "us", "is"))


def known_as(title: str) -> str:
    """Return a name that hints at what a function is for, ``""`` where it says nothing."""
    plain = NUMBER.sub("", title).strip()
    if set(plain.split()) <= SAYING_NOTHING or any(part.isdigit() for part in plain.split()):
        return ""
    return plain if len(plain) > 2 else ""
