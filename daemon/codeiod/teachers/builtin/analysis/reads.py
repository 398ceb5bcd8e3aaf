"""What a program reads from the keyboard, turned into parameters.

Imports the standard library and its neighbours. ``n = int(input())`` becomes the parameter ``n``; a
line read in a loop over ``range(n)`` becomes an item of a list, whose length then is ``n``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from codeiod.teachers.builtin.analysis.purity import walk
from codeiod.teachers.builtin.analysis.slicing import Unfit
from codeiod.teachers.builtin.analysis.sourcetext import Edit, SourceText
from codeiod.teachers.builtin.analysis.wrapping import free_name

LOOPS = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
NAMES = {"int": "number", "float": "number", "str": "text"}
READERS = ("input", "raw_input", "readline")


@dataclass(frozen=True, slots=True)
class Read:
    """One place that reads a line."""

    node: ast.expr
    """The largest expression around it that only reads and converts."""
    annotation: str
    count: int = 1
    """How many values it gives, where it is taken apart."""


@dataclass(slots=True)
class Turned:
    """The parameters that the reads become, and the edits that make it so."""

    parameters: dict[str, str] = field(default_factory=dict)
    """Names with annotations."""
    edits: list[Edit] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    """Lines for the start of the function's body."""


def reads_line(node: ast.AST) -> bool:
    """Whether a node is the call that reads one line."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in READERS
    return False


def turn_reads(text: SourceText, body: Sequence[ast.stmt], taken: set[str]) -> Turned:
    """Turn all that a body reads into parameters.

    :raises Unfit: it reads in a way that has no plain equivalent.
    """
    turned, parents = Turned(), _parents(body)
    counted = dict[str, str]()
    for node in [n for n in walk(body) if reads_line(n)]:
        read = _widened(node, parents)
        loops = [p for p in _above(read.node, parents) if isinstance(p, LOOPS)]
        if any(isinstance(p, ast.FunctionDef | ast.Lambda) for p in _above(read.node, parents)):
            raise Unfit("reads from the keyboard in a function")
        if not loops:
            _turn_single(text, turned, read, parents, taken)
        elif len(loops) == 1:
            length = _length(loops[0])
            known = counted.get(length, "")
            counted[length] = _turn_repeated(text, turned, read, parents, known, taken)
        else:
            raise Unfit("reads from the keyboard in nested loops")
    for name, kind in turned.parameters.items():
        if kind == "str" and (number := _converted_to(body, name)):
            turned.parameters[name] = number
    for length, name in counted.items():
        if turned.parameters.pop(length, "") != "int":
            raise Unfit("reads from the keyboard in a loop of unknown length")
        turned.heads.append(f"{length} = len({name})")
    return turned


def _converted_to(body: Sequence[ast.stmt], name: str) -> str:
    """Return ``int`` or ``float`` where that is the first thing made of a text, else ``""``."""
    for node in walk(body):
        match node:
            case ast.Call(func=ast.Name(id="int" | "float" as kind), args=[ast.Name(id=given)]):
                if given == name:
                    return kind
            case ast.Name(id=given, ctx=ast.Load()) if given == name:
                return ""
    return ""


def _parents(body: Sequence[ast.stmt]) -> dict[ast.AST, ast.AST]:
    return {
        child: node
        for one in body
        for node in ast.walk(one)
        for child in ast.iter_child_nodes(node)
    }


def _above(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while node in parents:
        node = parents[node]
        yield node


def _widened(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Read:
    """Widen a read by what only converts it: ``list(map(int, input().split()))``."""
    assert isinstance(node, ast.expr)
    read = Read(node, "str")
    while (wider := _wider(read, parents)) is not None:
        read = wider
    return read


def _wider(read: Read, parents: dict[ast.AST, ast.AST]) -> Read | None:
    above = parents.get(read.node)
    call = parents.get(above) if above is not None else None
    match above:
        case ast.Attribute(attr="strip" | "rstrip" | "lstrip") if isinstance(call, ast.Call):
            return Read(call, read.annotation) if not call.args else None
        case ast.Attribute(attr="split") if isinstance(call, ast.Call):
            return Read(call, "list[str]") if read.annotation == "str" else None
        case ast.Call(func=ast.Name(id="int" | "float" as kind), args=[_]):
            return Read(above, kind) if read.annotation == "str" else None
        case ast.Call(func=ast.Name(id="str"), args=[_]):
            return Read(above, read.annotation) if read.annotation == "str" else None
        case ast.Call(
            func=ast.Name(id="map"), args=[ast.Name(id="int" | "float" | "str" as kind), _]
        ):
            return Read(above, f"list[{kind}]") if read.annotation == "list[str]" else None
        case ast.Call(func=ast.Name(id="list"), args=[_]):
            return Read(above, read.annotation) if read.annotation.startswith("list") else None
        case ast.comprehension(target=ast.Name(id=name), ifs=[]):
            return _listed(read, above, parents, name)
    return None


def _listed(read: Read, loop: ast.AST, parents: dict[ast.AST, ast.AST], name: str) -> Read | None:
    match parents.get(loop):
        case (
            ast.ListComp(
                elt=ast.Call(func=ast.Name(id="int" | "float" as kind), args=[ast.Name(id=inner)]),
                generators=[_],
            ) as made
        ) if inner == name and read.annotation == "list[str]":
            return Read(made, f"list[{kind}]")
    return None


def _turn_single(
    text: SourceText, turned: Turned, read: Read, parents: dict[ast.AST, ast.AST], taken: set[str]
) -> None:
    """Take a value that is read once as a parameter, under the name that it is given."""
    above = parents.get(read.node)
    match above:
        case ast.Assign(targets=[ast.Name(id=name)]) if name not in turned.parameters:
            turned.parameters[name] = read.annotation
            turned.edits.append(without(text, above))
        case ast.Assign(targets=[ast.Tuple(elts=names)]) if read.annotation.startswith("list["):
            inner = read.annotation[5:-1]
            for one in names:
                if not isinstance(one, ast.Name) or one.id in turned.parameters:
                    raise Unfit("reads from the keyboard into places")
                turned.parameters[one.id] = inner
            turned.edits.append(without(text, above))
        case _:
            name = _named(read, turned, taken)
            turned.parameters[name] = read.annotation
            turned.edits.append(Edit(text.start(read.node), text.end(read.node), name))


def _turn_repeated(
    text: SourceText,
    turned: Turned,
    read: Read,
    parents: dict[ast.AST, ast.AST],
    known: str,
    taken: set[str],
) -> str:
    """Take a value that is read in a loop from a list."""
    if known:
        raise Unfit("reads from the keyboard twice in a loop")
    above = parents[read.node]
    match above, parents.get(above):
        case ast.ListComp(elt=one), ast.Assign(targets=[ast.Name(id=name)]) as whole:
            if one is read.node and name not in turned.parameters:
                turned.parameters[name] = f"list[{read.annotation}]"
                turned.edits.append(without(text, whole))
                return name
    name = free_name(
        "rows" if read.annotation.startswith("list") else f"{NAMES[read.annotation]}s",
        {*turned.parameters, *taken},
    )
    turned.parameters[name] = f"list[{read.annotation}]"
    left = free_name(f"{name}_left", taken)
    turned.heads.append(f"{left} = iter({name})")
    turned.edits.append(Edit(text.start(read.node), text.end(read.node), f"next({left})"))
    return name


def _length(loop: ast.AST) -> str:
    """Return the name that says how often a loop runs."""
    source = loop.iter if isinstance(loop, ast.For) else None
    if isinstance(loop, ast.ListComp) and len(loop.generators) == 1:
        source = loop.generators[0].iter
    match source:
        case ast.Call(func=ast.Name(id="range"), args=[ast.Name(id=name)]):
            return name
    raise Unfit("reads from the keyboard until it is told to stop")


def _named(read: Read, turned: Turned, taken: set[str]) -> str:
    kind = read.annotation
    wanted = f"{NAMES[kind[5:-1]]}s" if kind.startswith("list") else NAMES[kind]
    return free_name(wanted, {*turned.parameters, *taken})


def without(text: SourceText, statement: ast.stmt) -> Edit:
    """Return the edit that takes a statement out."""
    start, end = text.start(statement), text.end(statement)
    if not text.alone(statement):
        return Edit(start, end, "pass")
    return Edit(text.line_start(start), text.line_end(end) + 1, "")
