"""The words around a program: what goes in, what comes out, and the question about it.

Imports the standard library and its neighbours. Words come from docstrings, names and structure;
which of several phrasings is taken hangs on a seed.
"""

from __future__ import annotations

import random

from codeiod.teachers.builtin.composing.formulas import listed
from codeiod.teachers.builtin.composing.gist import gist
from codeiod.teachers.builtin.composing.kinds import kind_in_words
from codeiod.teachers.builtin.composing.nouns import asked_for, counted, is_plural, known_as
from codeiod.teachers.builtin.composing.roles import Part
from codeiod.teachers.builtin.composing.spoken import sentence, spoken
from codeiod.teachers.builtin.composing.subject import Subject, Told

FIRST_COUNTS = "The first result that is reached is final."
BY_KIND = {
    "an integer": "which number results", "a number": "which number results",
    "a text": "which text results", "true or false": "what is the answer, true or false",
    "an object": "which object results",
}  # fmt: skip
ASKED = {
    Part.COUNT: "what is {} in the end", Part.SUM: "what is {} in the end",
    Part.LARGEST: "what is {}", Part.SMALLEST: "what is {}", Part.LIST: "what is {} in the end",
    Part.SET: "what does {} hold in the end", Part.TEXT: "what is {} in the end",
    Part.TABLE: "what does {} hold in the end", Part.VALUE: "what is {} in the end",
}  # fmt: skip


def describe(subject: Subject) -> str:
    """Write the description of input and output."""
    lines = ["Input:"]
    for told in subject.arguments:
        meaning = f"{sentence(told.meaning)} " if told.meaning else ""
        kind = f" ({told.annotation})" if told.annotation else ""
        lines.append(f"  `{told.name}`{kind}: {meaning}{sentence(told.shape)}")
    kind = f" ({subject.returns})" if subject.returns else ""
    return "\n".join([*lines, "", "Output:", f"  `return`{kind}: {_output(subject)}"])


def problem(subject: Subject, seed: int) -> str:
    """Write the problem statement, which ends in a question that names all arguments."""
    rng = random.Random(seed)
    parts = [_opening(subject), _given(subject, rng)]
    if subject.each:
        parts.append(
            f"Each `{subject.item}` of `{subject.each}` is tried by itself; those for which the"
            " answer is true are wanted, in the order in which they are given."
        )
    if subject.rules:
        heads = ["The rules, step by step:", "This is how it is worked out:",
                 "The result is defined by these steps:"]  # fmt: skip
        head = rng.choice(heads)
        head = f"{head[:-1]}. {FIRST_COUNTS}" if subject.several_ends else head
        parts.append("\n".join([head, *subject.rules]))
    elif subject.outline:
        parts.append("\n".join(["In outline:", *(f"- {told}" for told in subject.outline)]))
    parts += [subject.result.read_back, question(subject, rng)]
    return "\n\n".join(part for part in parts if part)


def question(subject: Subject, rng: random.Random) -> str:
    """Ask for the result, naming all arguments."""
    names = listed([f"`{told.name}`" for told in subject.arguments])
    given = rng.choice([f"Given {names}", f"For given {names}", f"With {names} as given"])
    if subject.each:
        return f"{given}, which items of `{subject.each}` pass?"
    return f"{given}, {_asked(subject)}?"


def _opening(subject: Subject) -> str:
    if subject.doc:
        return spoken(subject.doc)
    name = known_as(subject.title)
    named = f"The task is called “{name}”. " if name else ""
    if subject.each:
        return f"{named}Find out which items of `{subject.each}` pass."
    if subject.writes_lines:
        return f"{named}Find out what is written."
    names = [told.name for told in subject.arguments]
    return named + gist(subject.result, names, subject.kind)


def _given(subject: Subject, rng: random.Random) -> str:
    several = ["The input consists of", "The data are"] if len(subject.arguments) > 1 else []
    head = rng.choice(["You are given", *(several or ["The input is"])])
    each = [_argument(told) for told in subject.arguments]
    return f"{head} {listed(each) if not any(';' in e for e in each) else '; '.join(each)}."


def _argument(told: Told) -> str:
    kind = kind_in_words(told.annotation) or told.shape.strip().rstrip(".")
    meaning = told.meaning.strip().rstrip(".")
    return f"`{told.name}` ({kind}: {meaning})" if meaning else f"`{told.name}` ({kind})"


def _output(subject: Subject) -> str:
    if subject.each:
        return f"The items of `{subject.each}` for which the answer is true, in their order."
    if subject.writes_lines:
        return "The lines of text that result, in order."
    kind = subject.kind.strip().rstrip(".")
    about = asked_for(subject.title)
    told = sentence(f"{about}: {kind}" if about and kind else about or kind or "the result")
    if not about and subject.result.form.startswith(told.rstrip(".").partition(" of ")[0]):
        told = ""
    return " ".join(part for part in (told, subject.result.form, subject.result.read_back) if part)


def _asked(subject: Subject) -> str:
    if subject.writes_lines:
        return "which lines of text result"
    told, result = bool(subject.rules or subject.outline), subject.result
    by = " by these rules" if subject.rules else ""
    if many := counted(subject.title):
        return f"how many {many} are there{by}"
    if about := asked_for(subject.title):
        return f"what {'are' if is_plural(about) else 'is'} {about}{by}"
    if result.is_plural and result.what and (told or subject.doc):
        return f"what are {result.what}"
    if told and len(result.roles) == 1 and result.what:
        (role,) = result.roles
        return ASKED[role.part].format(result.what).replace(", in the end", " in the end")
    if subject.kind.startswith("a list"):
        return "which list results"
    return BY_KIND.get(subject.kind, "what is the result")
