"""The words around a program: what goes in, what comes out, and the question about it.

Imports the standard library and its neighbours. Words come from docstrings, names and structure;
which of several phrasings is taken hangs on a seed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from codeiod.teachers.builtin.analysis.wellknown import words
from codeiod.teachers.builtin.composing.phrases import listed

VERBS = {
    "returns": "return", "finds": "find", "calculates": "calculate", "computes": "compute",
    "checks": "check", "counts": "count", "converts": "convert", "determines": "determine",
    "updates": "update", "gets": "get", "creates": "create", "generates": "generate",
    "removes": "remove", "takes": "take", "prints": "give", "print": "give", "performs": "perform",
    "sorts": "sort", "makes": "make", "adds": "add", "gives": "give", "solves": "solve",
    "applies": "apply", "builds": "build", "searches": "search", "evaluates": "evaluate",
    "merges": "merge", "encodes": "encode", "decodes": "decode", "encrypts": "encrypt",
    "decrypts": "decrypt", "implements": "carry out", "tells": "tell", "displays": "give",
    "estimates": "estimate", "rotates": "rotate", "reverses": "reverse", "replaces": "replace",
    "inserts": "insert", "deletes": "delete", "splits": "split", "parses": "parse",
    "validates": "validate", "verifies": "verify", "transforms": "transform", "selects": "select",
}  # fmt: skip
NOUN_STARTS = words(
    """longest shortest largest smallest max min maximum minimum first last total sum average number
    length size common nearest mean area distance median most least next unique highest lowest
    closest kth nth best greatest product factorial power level"""
)
PLAIN_NOUNS = {"max": "maximum", "min": "minimum", "num": "number of", "avg": "average"}
ASKING_WHETHER = words("is has can are contains exists was does valid")
GENERIC = frozenset({"solve", "solution", "main", "run", "func", "f", "function", "test"})
OPENING = re.compile(
    r"^(?:(?:this|the|a|main)\s+)*(?:python\s+)?"
    r"(?:function|method|program|script|code|procedure|class|routine|algorithm|module|helper)\b\s*"
    r"(?:(?:that|which|to|will|should|is used to|is|can|for|simply|just|:|-)\s+)*",
    re.IGNORECASE,
)
SPOKEN_OF = re.compile(
    r"\b(?:this|the|our|your) (?:function|method|program|script|code|procedure|routine)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """One argument, as it is to be told."""

    name: str
    annotation: str
    shape: str
    """Its structure and range in words."""
    meaning: str
    """What the author says of it, ``""`` where nothing."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a problem statement is about."""

    title: str
    doc: str
    arguments: Sequence[Told]
    result: str
    """The result's type in words, ``""`` where unknown."""
    returns: str
    """Its annotation."""
    printed: bool
    each: str
    """The argument whose items are tried in turn, ``""`` where there is none."""
    item: str
    rules: Sequence[str]
    cases: Sequence[str]


def describe(subject: Subject) -> str:
    """Write the description of input and output."""
    lines = ["Input:"]
    for told in subject.arguments:
        meaning = f"{_sentence(told.meaning)} " if told.meaning else ""
        kind = f" ({told.annotation})" if told.annotation else ""
        lines.append(f"  `{told.name}`{kind}: {meaning}{_sentence(told.shape)}")
    kind = f" ({subject.returns})" if subject.returns else ""
    return "\n".join([*lines, "", "Output:", f"  `return`{kind}: {_output(subject)}"])


def problem(subject: Subject, seed: int) -> str:
    """Write the problem statement, which ends in a question that names all arguments."""
    rng = random.Random(seed)
    parts = [_opening(subject, rng), _given(subject, rng)]
    if subject.each:
        parts.append(
            f"Each `{subject.item}` of `{subject.each}` is tried by itself; those for which the"
            " answer is true are wanted, in the order in which they are given."
        )
    if subject.rules:
        heads = ["The rules, step by step:", "This is how it is worked out:",
                 "The result is defined by these steps:"]  # fmt: skip
        parts.append("\n".join([rng.choice(heads), *subject.rules]))
    elif subject.cases:
        parts.append(" ".join(subject.cases))
    parts.append(question(subject, rng))
    return "\n\n".join(part for part in parts if part)


def question(subject: Subject, rng: random.Random) -> str:
    """Ask for the result, naming all arguments."""
    names = listed([f"`{told.name}`" for told in subject.arguments])
    given = rng.choice([f"Given {names}", f"For given {names}", f"With {names} as given"])
    if subject.each:
        return f"{given}, which items of `{subject.each}` pass?"
    return f"{given}, {_asked(subject, rng)}?"


def spoken(doc: str) -> str:
    """Turn an author's description into a task: imperative, without mention of the code."""
    text = SPOKEN_OF.sub("this", OPENING.sub("", doc.strip(), count=1)).strip()
    first, _, rest = text.partition(" ")
    base = VERBS.get(first.lower().strip(",:"))
    text = f"{base} {rest}" if base and rest else text
    return _sentence(text)


def _opening(subject: Subject, rng: random.Random) -> str:
    if subject.doc:
        return spoken(subject.doc)
    if subject.title in GENERIC:
        return ""
    about = _noun(subject.title)
    if about:
        return rng.choice([
            f"This task asks for {about}.",
            f"Wanted is {about}.",
            f"The value to be determined is {about}.",
        ])  # fmt: skip
    verb = subject.title.partition(" ")[0]
    named = f"“{subject.title}”"
    if verb in VERBS.values() or verb in ("get", "is", "has", "can"):
        return rng.choice([
            f"A small procedure goes by the name {named}.",
            f"The task is known as {named}.",
            f"The following rule is called {named}.",
        ])  # fmt: skip
    return rng.choice([
        f"The task goes by the name {named}.",
        f"Consider the calculation known as {named}.",
        f"The calculation at hand is called {named}.",
    ])  # fmt: skip


def _given(subject: Subject, rng: random.Random) -> str:
    head = rng.choice(["You are given", "The input consists of", "The data are"])
    each = [_argument(told) for told in subject.arguments]
    return f"{head} {listed(each) if len(each) < 3 else '; '.join(each)}."


def _argument(told: Told) -> str:
    meaning = told.meaning.strip().rstrip(".")
    shape = told.shape.strip().rstrip(".")
    return f"`{told.name}`, {shape} ({meaning})" if meaning else f"`{told.name}`, {shape}"


def _output(subject: Subject) -> str:
    if subject.each:
        return f"The items of `{subject.each}` for which the answer is true, in their order."
    if subject.printed and "list" in subject.returns:
        return "The lines of text that result, in order."
    about = _noun(subject.title)
    kind = subject.result.strip().rstrip(".")
    if about and kind:
        return f"{_sentence(about)[:-1]}: {kind}."
    return _sentence(about or kind or "the result")


def _asked(subject: Subject, rng: random.Random) -> str:
    first, _, rest = subject.title.partition(" ")
    if subject.printed and subject.returns.startswith("list"):
        return rng.choice(["which lines of text result", "what are the lines of text that result"])
    if first == "count" and rest.endswith("s"):
        return f"how many {rest} are there"
    if about := _noun(subject.title):
        return f"what {'are' if _is_plural(about) else 'is'} {about}"
    if subject.returns == "bool" or first in ASKING_WHETHER:
        return rng.choice(
            ["what is the answer, true or false", "which answer is right, true or false"]
        )
    if first == "sort" or subject.title.endswith(" sort"):
        return "what is the order in the end"
    return rng.choice(["what is the result", "which result is obtained", "what comes out"])


def _noun(title: str) -> str:
    """Read a title as what is asked for: ``the longest prefix``; ``""`` where it is no noun."""
    parts = title.split()
    if parts and parts[0] in ("get", "find", "compute", "calculate", "calc") and len(parts) > 1:
        parts = parts[1:]
        if parts[0] in ("is", "has", "all") or not parts[0].isalpha():
            return ""
    elif not parts or parts[0] not in {*NOUN_STARTS, "num", "avg"} or len(parts) < 2:
        return ""
    parts = parts[1:] if parts[0] == "the" else parts
    spelt = [PLAIN_NOUNS.get(word, word) if i == 0 else word for i, word in enumerate(parts)]
    return f"the {' '.join(spelt)}".replace("of of", "of")


def _is_plural(about: str) -> bool:
    head = about.partition(" of ")[0]
    return head.endswith("s") and not head.endswith(("ss", "us", "is"))


def _sentence(text: str) -> str:
    plain = " ".join(text.split())
    if not plain:
        return ""
    ended = plain if plain[-1] in ".!?" else f"{plain.rstrip(',;:')}."
    return ended[0].upper() + ended[1:]
