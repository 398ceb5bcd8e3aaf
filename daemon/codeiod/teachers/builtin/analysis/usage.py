"""How a function uses its parameters: their attributes, whether they are called or changed.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from codeiod.teachers.builtin.analysis.purity import walk
from codeiod.teachers.builtin.analysis.scopes import Function, Nodes, own_nodes
from codeiod.teachers.builtin.analysis.survey import mutated_names


@dataclass(slots=True)
class Use:
    """What a function does with one parameter."""

    attributes: set[str] = field(default_factory=set)
    loaded: bool = False
    called: bool = False
    changed: bool = False


def uses_of(function: Function, dropped: Nodes) -> dict[str, Use]:
    """Read how a function uses each of its parameters."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    uses = {a.arg: Use() for a in [*named, *(a for a in (arguments.vararg,) if a)]}
    reached = set[str]()
    for node in walk(function.body, dropped):
        _note(uses, node)
        reached |= {n for n in mutated_names(node) if n in uses and not _plain_augment(node)}
    for name in reached:
        uses[name].changed = True
    return uses


def _note(uses: Mapping[str, Use], node: ast.AST) -> None:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in uses:
            uses[name].attributes.add(attribute)
            if isinstance(node.ctx, ast.Store):
                uses[name].changed = True
        case ast.Call(func=ast.Name(id=name)) if name in uses:
            uses[name].called = True
        case ast.Name(id=name, ctx=ast.Load()) if name in uses:
            uses[name].loaded = True


def _plain_augment(node: ast.AST) -> bool:
    """Whether a change is ``n += 1``: of a number, for all that is known, not of a list."""
    match node:
        case ast.AugAssign(target=ast.Name(), value=value):
            return not isinstance(value, ast.List | ast.ListComp)
    return False


def changed_through_calls(
    function: Function, functions: Sequence[Function], dropped: Nodes
) -> set[str]:
    """Return the parameters that a function or what it calls changes in place."""
    known = {f.name: f for f in functions}
    known.setdefault(function.name, function)
    changed = {
        n: {p for p, u in uses_of(f, dropped).items() if u.changed} for n, f in known.items()
    }
    grown = True
    while grown:
        grown = False
        for name, one in known.items():
            fresh = _passed_on(one, known, changed) - changed[name]
            changed[name] |= fresh
            grown = grown or bool(fresh)
    return changed[function.name]


def says_yes_or_no(function: Function, returns: str, functions: Sequence[Function]) -> bool:
    """Whether all that a function can return is true or false.

    :param functions: those of the file that it may call.
    """
    known = {f.name: f for f in functions}
    return returns == "bool" if returns else _says(function, known, frozenset({function.name}))


def _says(function: Function, known: Mapping[str, Function], seen: frozenset[str]) -> bool:
    nodes = own_nodes(function)
    values = [n.value for n in nodes if isinstance(n, ast.Return) and n.value is not None]
    flags = _flags(function)
    sure = [_is_truth(value, known, seen, flags) for value in values]
    return bool(sure) and all(s is not False for s in sure) and any(sure)


def _flags(function: Function) -> frozenset[str]:
    """Return the names of a function that are set to true or false and to nothing else."""
    flags, others = set[str](), set[str]()
    seen = set[ast.expr]()
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=ast.Constant(value=bool()) | ast.Compare()):
                names = [target for target in targets if isinstance(target, ast.Name)]
                flags |= {name.id for name in names}
                seen |= set(names)
            case ast.Name(id=name, ctx=ast.Store()) if node not in seen:
                others.add(name)
    return frozenset(flags - others)


def _is_truth(
    value: ast.expr, known: Mapping[str, Function], seen: frozenset[str], flags: frozenset[str]
) -> bool | None:
    """Whether a value is true or false; None where it is if the function's own results are."""
    match value:
        case ast.Name(id=name):
            return name in flags
        case ast.Constant(value=bool()) | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp(values=parts):
            sure = [_is_truth(part, known, seen, flags) for part in parts]
            return False if False in sure else (True if True in sure else None)
        case ast.Call(func=ast.Name(id="all" | "any" | "bool" | "isinstance")):
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            if name in seen:
                return None
            return name in known and _says(known[name], known, seen | {name})
    return False


def _passed_on(
    function: Function, known: Mapping[str, Function], changed: Mapping[str, set[str]]
) -> set[str]:
    own = {a.arg for a in function.args.args}
    found = set[str]()
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in known:
                takes = [a.arg for a in known[name].args.args if a.arg not in ("self", "cls")]
                for parameter, value in zip(takes, node.args, strict=False):
                    if isinstance(value, ast.Name) and parameter in changed[name]:
                        found.add(value.id)
    return found & own
