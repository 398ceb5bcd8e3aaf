"""A class with state as a function: a list of operations on a fresh object.

Imports the standard library and its neighbours. Writes a new text of the file, with one function
more, for the analysis to go on with.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from codeiod.teachers.builtin.analysis.docs import annotation_of, read_doc, words_of
from codeiod.teachers.builtin.analysis.idle import idle_arguments, reached
from codeiod.teachers.builtin.analysis.printing import has_result, is_generator
from codeiod.teachers.builtin.analysis.scopes import Function
from codeiod.teachers.builtin.analysis.scripts import Rewritten
from codeiod.teachers.builtin.analysis.slicing import methods_of
from codeiod.teachers.builtin.analysis.survey import MUTATORS, Survey
from codeiod.teachers.builtin.analysis.usage import uses_of
from codeiod.teachers.builtin.analysis.wellknown import VALUE_ATTRIBUTES, words
from codeiod.teachers.builtin.analysis.wrapping import free_name, snake

MOST_METHODS = 5
MOST_VALUES = 2
SHOWING = ("print", "display", "show", "draw", "plot", "test", "main", "run", "input", "debug")
TEXTS = words("name word key text string char letter s symbol title")
PLAIN_KINDS = ("int", "str", "float", "bool")
CALLS_THAT_FAIL = {
    "pop": ("IndexError", "KeyError"), "popleft": ("IndexError",), "remove": ("ValueError",),
    "index": ("ValueError",), "popitem": ("KeyError",), "heappop": ("IndexError",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """A method that an operation may name."""

    method: str
    kinds: tuple[str, ...]
    """The types of the values that it takes."""
    gives: bool
    """It has a result."""


def with_operations(survey: Survey) -> Iterator[Rewritten]:
    """Give the texts in which a class's methods can be called in turn."""
    for owner in survey.classes().values():
        init = next((m for m in methods_of(owner) if m.name == "__init__"), None)
        if init is None or (owner.bases and ast.unparse(owner.bases[0]) not in ("object", "ABC")):
            continue
        operations = [o for m in methods_of(owner) if (o := _operation(m)) is not None]
        operations = _chosen(operations) if _has_logic(owner) else []
        if (
            operations
            and _changes_itself(owner, operations)
            and (given := _given(init)) is not None
        ):
            used = reached(owner, [o.method for o in operations])
            yield _rewritten(survey, owner, given, idle_arguments(init, used), operations)


def _has_logic(owner: ast.ClassDef) -> bool:
    """Whether a class does more than to hold values."""
    kinds = (ast.If, ast.For, ast.While, ast.IfExp, ast.Try, ast.comprehension)
    return any(isinstance(n, kinds) for n in ast.walk(owner))


def _chosen(operations: Sequence[Operation]) -> list[Operation]:
    """Choose a few methods, of which at least one gives a result."""
    giving = [o for o in operations if o.gives]
    doing = [o for o in operations if not o.gives]
    if not giving or len(operations) < 2:
        return []
    kept = {*doing[: MOST_METHODS - min(len(giving), 2)]}
    kept |= set(giving[: MOST_METHODS - len(kept)])
    return [o for o in operations if o in kept]


def _operation(method: Function) -> Operation | None:
    """Read a method as an operation, None where it takes what no list holds."""
    arguments, name = method.args, method.name
    plain = not (arguments.vararg or arguments.kwarg or arguments.kwonlyargs)
    if name.startswith("_") or name.lower().startswith(SHOWING) or method.decorator_list:
        return None
    takes = arguments.args[1 : len(arguments.args) - len(arguments.defaults)]
    if not plain or not arguments.args or len(takes) > MOST_VALUES or is_generator(method):
        return None
    kinds = tuple(kind for kind in _kinds(method, takes) if kind)
    if len(kinds) < len(takes) or isinstance(method, ast.AsyncFunctionDef):
        return None
    return Operation(name, kinds, has_result(method))


def _kinds(method: Function, takes: Sequence[ast.arg]) -> list[str]:
    """Tell the types of a method's arguments, ``""`` where one is no plain value."""
    uses = uses_of(method, frozenset())
    doc = read_doc(ast.get_docstring(method) or "", [a.arg for a in takes])
    found = list[str]()
    walked = {name for node in ast.walk(method) for name in _walked(node)}
    for argument in takes:
        use = uses[argument.arg]
        told = ast.unparse(argument.annotation) if argument.annotation else ""
        told = annotation_of(told) or doc.types.get(argument.arg, "") or told
        if (
            argument.arg in walked
            or use.called
            or use.attributes - VALUE_ATTRIBUTES
            or (told and told not in PLAIN_KINDS)
        ):
            found.append("")
        else:
            text = argument.arg.lower() in TEXTS or bool(use.attributes & set(dir(str)))
            found.append(told or ("str" if text else "int"))
    return found


def _walked(node: ast.AST) -> Iterator[str]:
    """Give the names that a node goes through item by item."""
    match node:
        case ast.For(iter=ast.Name(id=name)) | ast.comprehension(iter=ast.Name(id=name)):
            yield name
        case ast.Call(func=ast.Attribute(attr="extend"), args=[ast.Name(id=name)]):
            yield name
        case ast.Call(func=ast.Name(id="len" | "enumerate"), args=[ast.Name(id=name)]):
            yield name


def _changes_itself(owner: ast.ClassDef, operations: Sequence[Operation]) -> bool:
    named = {o.method for o in operations}
    for method in [m for m in methods_of(owner) if m.name in named]:
        for node in ast.walk(method):
            match node:
                case ast.Attribute(value=ast.Name(id="self"), ctx=ast.Store()):
                    return True
                case ast.Subscript(value=ast.Attribute(value=ast.Name(id="self")), ctx=ast.Store()):
                    return True
                case ast.Call(
                    func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="self")), attr=name)
                ) if name in MUTATORS:
                    return True
    return False


def _given(init: Function) -> Mapping[str, str] | None:
    """List what a constructor has to be given, None where that is no plain value."""
    arguments = init.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or not arguments.args:
        return None
    takes = arguments.args[1 : len(arguments.args) - len(arguments.defaults)]
    uses = uses_of(init, frozenset())
    if len(takes) > MOST_VALUES or any(
        uses[a.arg].called or uses[a.arg].attributes - VALUE_ATTRIBUTES for a in takes
    ):
        return None
    return {a.arg: ast.unparse(a.annotation) if a.annotation else "" for a in takes}


def _rewritten(
    survey: Survey, owner: ast.ClassDef, takes: Mapping[str, str], idle: Collection[str],
    operations: Sequence[Operation],
) -> Rewritten:  # fmt: skip
    """Write the function below the file's text; what is idle gets its own name as a text."""
    passed = [repr(name) if name in idle else name for name in takes]
    given = {name: told for name, told in takes.items() if name not in idle}
    name = free_name(f"use_{snake(owner.name)}", survey.bound)
    made = free_name(snake(owner.name), {*survey.bound, *given, "results", "operation"})
    kinds, caught = _shared_kinds(operations), _errors(owner, operations)
    slots = ["value", "other"][: len(kinds)]
    lines = [f"def {name}({', '.join([*given, 'operations'])}):"]
    lines.append(f"    {made} = {owner.name}({', '.join(passed)})")
    lines += ["    results = []", f"    for {', '.join(['operation', *slots])} in operations:"]
    lines += _tried(made, operations, slots, caught)
    lines.append("    return results")
    named = f"Literal[{', '.join(repr(o.method) for o in operations)}]"
    row = f"tuple[{', '.join([named, *kinds])}]" if kinds else named
    return Rewritten(
        "\n".join([survey.text.text.rstrip("\n"), "", "", *lines]) + "\n",
        name,
        _told(owner, operations, caught),
        {**given, "operations": f"list[{row}]"},
    )


def _shared_kinds(operations: Sequence[Operation]) -> list[str]:
    """Return the types of the values beside an operation's name, those that serve all."""
    longest = max(len(o.kinds) for o in operations)
    shared = list[str]()
    for place in range(longest):
        kinds = {o.kinds[place] for o in operations if len(o.kinds) > place}
        shared.append(kinds.pop() if len(kinds) == 1 else "int")
    return shared


def _tried(
    made: str, operations: Sequence[Operation], slots: Sequence[str], caught: Sequence[str]
) -> Iterator[str]:
    indent = " " * 8
    if caught:
        yield f"{indent}try:"
        indent += " " * 4
    for number, one in enumerate(operations):
        test = f'if operation == "{one.method}":'
        last = number == len(operations) - 1
        yield indent + ("else:" if last else test if number == 0 else f"el{test}")
        call = f"{made}.{one.method}({', '.join(slots[: len(one.kinds)])})"
        yield f"{indent}    " + (f"results.append({call})" if one.gives else call)
    if caught:
        shown = caught[0] if len(caught) == 1 else f"({', '.join(caught)})"
        yield f"{' ' * 8}except {shown} as error:"
        yield f"{' ' * 12}results.append(type(error).__name__)"


def _errors(owner: ast.ClassDef, operations: Sequence[Operation]) -> list[str]:
    """List the errors by which an operation may say that it can't be done."""
    named = {o.method for o in operations}
    nodes = [n for m in methods_of(owner) if m.name in named for n in ast.walk(m)]
    found = dict[str, None]()
    for node in nodes:
        match node:
            case ast.Raise(exc=ast.Name(id=name) | ast.Call(func=ast.Name(id=name))):
                found[name] = None
            case ast.Assert():
                found["AssertionError"] = None
            case ast.Attribute(attr=name) if name in CALLS_THAT_FAIL:
                found |= dict.fromkeys(CALLS_THAT_FAIL[name])
            case ast.Subscript(ctx=ast.Load()):
                found |= dict.fromkeys(("IndexError", "KeyError"))
    return sorted(found) if "Exception" not in found else ["Exception"]


def _told(owner: ast.ClassDef, operations: Sequence[Operation], caught: Sequence[str]) -> str:
    """Tell in one paragraph what the operations are."""
    idle = [f"`{o.method}`" for o in operations if not o.kinds]
    told = f"Carry out operations, one after the other, on a new {words_of(owner.name)}."
    if not any(o.kinds for o in operations):
        told += " Each is given by its name"
    else:
        told += " Each has a name and what it takes"
    if idle and len(idle) < len(operations):
        listed = f"{', '.join(idle[:-1])} and {idle[-1]}" if len(idle) > 1 else idle[0]
        told += f", which {listed} {'does' if len(idle) == 1 else 'do'} not use"
    told += ". The result lists what the operations give, in their order"
    return told + ("; one that fails gives the name of its error." if caught else ".")
