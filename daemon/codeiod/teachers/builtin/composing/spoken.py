"""An author's description turned into a task.

Imports the standard library and the analysis' reading of tasks.
"""

from __future__ import annotations

import re

from codeiod.teachers.builtin.analysis.tasks import VERBS, bare

SPOKEN_OF = re.compile(
    r"\b(?:this|the|our|your) (?:function|method|program|script|code|procedure|routine)\b",
    re.IGNORECASE,
)
JOINED = re.compile(r"\b(and|then|or) (\w+s)\b")


def spoken(doc: str) -> str:
    """Turn an author's description into a task: imperative, without mention of the code."""
    text = SPOKEN_OF.sub("this", bare(doc)).strip()
    first, _, rest = text.partition(" ")
    base = VERBS.get(first.lower().strip(",:"))
    if base and rest:
        head, dot, after = rest.partition(". ")
        text = f"{base} {JOINED.sub(_imperative, head)}{dot}{after}"
    return sentence(text)


def sentence(text: str) -> str:
    """Write a text as a sentence: a capital first, an end."""
    plain = " ".join(text.split())
    if not plain:
        return ""
    ended = plain if plain[-1] in ".!?" else f"{plain.rstrip(',;:')}."
    return ended[0].upper() + ended[1:]


def _imperative(found: re.Match[str]) -> str:
    return f"{found[1]} {VERBS.get(found[2].lower(), found[2])}"
