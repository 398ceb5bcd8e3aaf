"""The answer to a unify request: a candidate and what fits it, written as the four sections.

Imports the standard library, its neighbours and the prompts' names.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from codeiod.teachers.builtin.analysis.scopes import Function
from codeiod.teachers.builtin.candidates import Candidate
from codeiod.teachers.builtin.composing.paraphrase import rules_of, rules_of_object, special_cases
from codeiod.teachers.builtin.composing.wording import Subject, Told, describe, problem, spoken
from codeiod_prompts import ENTRY_POINT

AS_IT_IS = "{0}"
SAMPLES = 40
LONGEST_DOCSTRING_CHARS = 88
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


def compose(candidate: Candidate, fitted: Fitted, seed: int = 0) -> str:
    """Write the four sections; ``seed`` chooses among phrasings."""
    module = ast.parse(candidate.source)
    told = [_told(candidate, argument) for argument in fitted.arguments]
    returns = _returns(candidate, fitted)
    logic = logic_of(candidate, module)
    subject = Subject(
        title=candidate.title,
        doc=candidate.doc,
        arguments=told,
        result=fitted.result_told,
        returns=returns,
        printed=candidate.result_is_printed,
        each=candidate.each,
        item=_item_of(candidate, module),
        rules=_rules(candidate, module, logic),
        cases=special_cases(logic) if logic else (),
    )
    main = _main(candidate, module, fitted, _head(subject, told, returns))
    return ANSWER.format(
        fence=_fence(main),
        main=main,
        requirements=describe(subject),
        generator=fitted.generator.strip("\n"),
        problem=problem(subject, seed),
    )


def logic_of(candidate: Candidate, module: ast.Module) -> ast.FunctionDef | None:
    """Find the author's function that the target leads to."""
    target = next((s for s in module.body if getattr(s, "name", "") == candidate.target), None)
    if not isinstance(target, ast.FunctionDef):
        return None
    if not candidate.wrapped:
        return target
    nodes = [n for n in ast.walk(module) if isinstance(n, ast.FunctionDef) and n is not target]
    functions = {node.name: node for node in nodes}
    built = {"tree_of", "linked_list_of", "values_of_tree", "values_of_list"}
    for node in ast.walk(target):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                if name in functions and name not in built:
                    return functions[name]
    return None


def _rules(
    candidate: Candidate, module: ast.Module, logic: ast.FunctionDef | None
) -> Sequence[str]:
    """Tell the rules of the author's function, or of the object that operations are done on."""
    if logic is None:
        return ()
    owners = [s for s in module.body if isinstance(s, ast.ClassDef) and logic in s.body]
    target = next(s for s in module.body if getattr(s, "name", "") == candidate.target)
    plain = rules_of(logic, _functions(module, logic))
    if not owners or plain:
        return plain
    methods = [m for m in owners[0].body if isinstance(m, ast.FunctionDef)]
    init = next((m for m in methods if m.name == "__init__"), None)
    names = _attributes_named(target)
    while (
        more := names.union(*(_attributes_named(m) for m in methods if m.name in names))
    ) != names:
        names = more
    return rules_of_object(init, [m for m in methods if m.name in names])


def _attributes_named(node: ast.AST) -> set[str]:
    return {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def _item_of(candidate: Candidate, module: ast.Module) -> str:
    """Return the name of an item of the list whose items are tried in turn."""
    for node in ast.walk(module):
        match node:
            case ast.ListComp(
                elt=ast.Name(id=item), generators=[ast.comprehension(iter=ast.Name(id=name))]
            ) if name == candidate.each:
                return item
    return ""


def _functions(module: ast.Module, logic: ast.FunctionDef) -> Mapping[str, Function]:
    """Map names to the functions of a module, nested ones and special methods left out."""
    found = [s for s in module.body if isinstance(s, ast.FunctionDef)]
    for statement in module.body:
        found += [m for m in getattr(statement, "body", ()) if isinstance(m, ast.FunctionDef)]
    return {f.name: f for f in found if not f.name.startswith("__")} | {logic.name: logic}


def annotation_of(values: Iterable[Any]) -> str:
    """Write the annotation that JSON-able values share, as narrow as they allow."""
    kinds = list(dict.fromkeys(_annotation(value) for value in values))
    narrow = [k for k in kinds if k not in ("list", "dict") or not _has_inner(kinds, k)]
    if set(narrow) == {"int", "float"}:
        return "float"
    told = sorted(narrow, key=lambda kind: kind == "None")
    return " | ".join(told) if len(told) < 4 else "object"


def _annotation(value: Any) -> str:
    match value:
        case None:
            return "None"
        case list():
            return f"list[{annotation_of(value)}]" if value else "list"
        case dict():
            return f"dict[str, {annotation_of(value.values())}]" if value else "dict"
    return type(value).__name__


def _has_inner(kinds: Sequence[str], kind: str) -> bool:
    return any(other.startswith(f"{kind}[") for other in kinds)


def _told(candidate: Candidate, argument: Argument) -> Told:
    rng = random.Random(0)
    drawn = [argument.shape.sample(rng) for _ in range(SAMPLES)]
    own = next((p.told for p in candidate.parameters if p.name == argument.name), "")
    return Told(argument.name, annotation_of(drawn), argument.shape.told(), argument.told or own)


def _returns(candidate: Candidate, fitted: Fitted) -> str:
    if fitted.result_conversion == AS_IT_IS and PLAIN_RESULT.fullmatch(candidate.returns):
        return candidate.returns.replace("List", "list").replace("Dict", "dict")
    return ""


def _head(subject: Subject, told: Sequence[Told], returns: str) -> str:
    """Write the head of the entry point, and its docstring of one line."""
    takes = ", ".join(f"{t.name}: {t.annotation}" for t in told)
    result = f" -> {returns}" if returns else ""
    return f'def {ENTRY_POINT}({takes}){result}:\n    """{_docstring(subject)}"""'


def _docstring(subject: Subject) -> str:
    first = re.split(r"(?<=[.!?])\s", spoken(subject.doc), maxsplit=1)[0] if subject.doc else ""
    plain = first.isascii() and not set(first) & set('\\"')
    if plain and 10 < len(first) <= LONGEST_DOCSTRING_CHARS:
        return first
    names = ", ".join(t.name for t in subject.arguments)
    return f"Carry out `{subject.title}` for {names}."[:LONGEST_DOCSTRING_CHARS]


def _main(candidate: Candidate, module: ast.Module, fitted: Fitted, head: str) -> str:
    conversions = {a.name: a.shape.conversion for a in fitted.arguments}
    if candidate.wrapped:
        source, body = _unwrapped(candidate, module)
        lines = [
            f"    {name} = {conversion.format(name)}"
            for name, conversion in conversions.items()
            if conversion != AS_IT_IS
        ]
        result = body.pop().strip().removeprefix("return ")
        lines += [*body, f"    return {fitted.result_conversion.format(result)}"]
    else:
        source = candidate.source
        passed = ", ".join(conversions[p.name].format(p.name) for p in candidate.parameters)
        call = f"{candidate.target}({passed})"
        lines = [f"    return {fitted.result_conversion.format(call)}"]
    return "\n".join([source.rstrip("\n"), "", "", head, *lines]).lstrip("\n") + "\n"


def _unwrapped(candidate: Candidate, module: ast.Module) -> tuple[str, list[str]]:
    """Split the source into what stands around the wrapper, and the lines of its body."""
    lines = candidate.source.rstrip("\n").split("\n")
    wrapper = next(s for s in module.body if getattr(s, "name", "") == candidate.target)
    end = wrapper.end_lineno or wrapper.lineno
    around = "\n".join(lines[: wrapper.lineno - 1]).rstrip("\n")
    after = "\n".join(lines[end:]).strip("\n")
    return "\n\n\n".join(part for part in (around, after) if part), lines[wrapper.lineno : end]


def _fence(main: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", main)), default=3)
    return "`" * max(4, longest + 1)
