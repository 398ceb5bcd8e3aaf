"""The answer to a unify request: a candidate and what fits it, written as the four sections.

Imports the standard library, ``candidates`` and its neighbours.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Sequence
from typing import Any, Protocol

from codeiod.teachers.builtin.analysis.scopes import own_nodes
from codeiod.teachers.builtin.candidates import Candidate
from codeiod.teachers.builtin.composing.effects import is_collector
from codeiod.teachers.builtin.composing.entry import AS_IT_IS, entry
from codeiod.teachers.builtin.composing.gist import outline
from codeiod.teachers.builtin.composing.kinds import annotation_of
from codeiod.teachers.builtin.composing.logic import Logic, logic_of
from codeiod.teachers.builtin.composing.results import result_of
from codeiod.teachers.builtin.composing.rules import rules_of
from codeiod.teachers.builtin.composing.subject import Subject, Told
from codeiod.teachers.builtin.composing.wording import describe, problem

SAMPLES = 40
MOST_WORDS_BESIDE_DOC = 180
MOST_WORDS = 400
FEWEST_WORDS = 26
FEWEST_WORDS_OF_A_WHOLE = 20
"""A shorter description names a task without its rules."""
TAKEN = {"np.array": "a numpy array", "set(": "a set", "deque(": "a deque"}
PLAIN_RESULT = re.compile(
    r"(?:int|float|str|bool|(?:list|List)(?:\[[\w\[\], ]*\])?|dict|Dict\[.*\])"
)
ANSWER = """\
## Main Function
{fence}python
{main}{fence}

## Input Output Description
{requirements}

## Input Generator
```python
{generator}
```

## Problem Statement
{problem}
"""


class Shape(Protocol):
    """The form of an argument's values."""

    @property
    def conversion(self) -> str: ...
    def told(self) -> str: ...
    def sample(self, rng: random.Random) -> Any: ...


class Argument(Protocol):
    """An argument of ``main_solution``."""

    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> Shape: ...
    @property
    def told(self) -> str: ...


class Fitted(Protocol):
    """What was found to fit a candidate."""

    @property
    def arguments(self) -> Sequence[Argument]: ...
    @property
    def generator(self) -> str: ...
    @property
    def result_conversion(self) -> str: ...
    @property
    def result_told(self) -> str: ...


def untold(candidate: Candidate) -> str:
    """Say why there is nothing to tell of a candidate, ``""`` where there is something."""
    logic = logic_of(candidate)
    if candidate.doc and not logic.does_operations:
        return ""
    if rules := rules_of(logic, MOST_WORDS):
        words = sum(len(rule.split()) for rule in rules)
        is_little = words < FEWEST_WORDS and not logic.repeats
        return "does too little to ask about" if is_little else ""
    if not logic.does_operations and outline(result_of(logic)):
        return ""
    return "what it does is not described, and has too many rules to tell"


def compose(candidate: Candidate, fitted: Fitted, seed: int = 0) -> str:
    """Write the four sections; ``seed`` chooses among phrasings."""
    told = [_told(candidate, argument) for argument in fitted.arguments]
    returns = _returns(candidate, fitted)
    subject = _subject(candidate, fitted, told, returns)
    conversions = {a.name: a.shape.conversion for a in fitted.arguments}
    main = entry(candidate, told, returns, conversions, fitted.result_conversion)
    return ANSWER.format(
        fence=_fence(main),
        main=main,
        requirements=describe(subject),
        generator=fitted.generator.strip("\n"),
        problem=problem(subject, seed),
    )


def _subject(candidate: Candidate, fitted: Fitted, told: Sequence[Told], returns: str) -> Subject:
    logic = logic_of(candidate)
    as_given = {a.name for a in fitted.arguments if a.shape.conversion == AS_IT_IS}
    logic.annotate({t.name: t.annotation for t in told if t.name in as_given})
    is_whole = len(candidate.doc.split()) >= FEWEST_WORDS_OF_A_WHOLE
    is_told = is_whole and not logic.does_operations
    rules = rules_of(logic, MOST_WORDS_BESIDE_DOC if is_told else MOST_WORDS)
    result = result_of(logic)
    rough = [] if is_told or rules else outline(result)
    return Subject(
        title=candidate.title,
        doc=candidate.doc,
        arguments=told,
        kind=fitted.result_told,
        returns=returns,
        printed=candidate.result_is_printed and is_collector(logic.module),
        each=candidate.each,
        item=_item_of(candidate, logic),
        rules=[*_taken(fitted), *rules] if rules else [],
        outline=rough,
        several_ends=_ends_early(logic) and not logic.does_operations,
        result=result if rules or rough else result.without_variables(),
    )


def _taken(fitted: Fitted) -> list[str]:
    """Tell what arguments are turned into before the rules begin."""
    return [
        f"- `{argument.name}` is taken as {word}."
        for argument in fitted.arguments
        for start, word in TAKEN.items()
        if argument.shape.conversion.startswith(start)
    ]


def _ends_early(logic: Logic) -> bool:
    """Whether a result stands before the last statement of the function."""
    last = logic.function.body[-1]
    return any(isinstance(n, ast.Return) and n is not last for n in own_nodes(logic.function))


def _item_of(candidate: Candidate, logic: Logic) -> str:
    """Return the name of an item of the list whose items are tried in turn."""
    for node in ast.walk(logic.target):
        match node:
            case ast.ListComp(
                elt=ast.Name(id=item), generators=[ast.comprehension(iter=ast.Name(id=name))]
            ) if name == candidate.each:
                return item
    return ""


def _told(candidate: Candidate, argument: Argument) -> Told:
    rng = random.Random(0)
    drawn = [argument.shape.sample(rng) for _ in range(SAMPLES)]
    own = next((p.told for p in candidate.parameters if p.name == argument.name), "")
    return Told(argument.name, annotation_of(drawn), argument.shape.told(), argument.told or own)


def _returns(candidate: Candidate, fitted: Fitted) -> str:
    if fitted.result_conversion == AS_IT_IS and PLAIN_RESULT.fullmatch(candidate.returns):
        return candidate.returns.replace("List", "list").replace("Dict", "dict")
    return ""


def _fence(main: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", main)), default=3)
    return "`" * max(4, longest + 1)
