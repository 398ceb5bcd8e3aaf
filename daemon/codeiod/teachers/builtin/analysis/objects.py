"""The state that a function needs: an object of its class, and tables of the module set afresh.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast

from codeiod.teachers.builtin.analysis.arguments import is_fresh, take
from codeiod.teachers.builtin.analysis.cut import Cut, decorators_of, names_of
from codeiod.teachers.builtin.analysis.docs import read_doc
from codeiod.teachers.builtin.analysis.idle import idle_arguments
from codeiod.teachers.builtin.analysis.printing import COLLECTOR
from codeiod.teachers.builtin.analysis.scopes import (
    Function,
    globals_declared,
    names_stored,
)
from codeiod.teachers.builtin.analysis.slicing import Unfit, methods_of
from codeiod.teachers.builtin.analysis.survey import mutated_names
from codeiod.teachers.builtin.analysis.wrapping import Wrapper, free_name, snake

FINE_BASES = frozenset(
    {"object", "ABC", "Exception", "ValueError", "Enum", "NamedTuple", "Generic"}
)
MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.Call)


def make_object(cut: Cut, wrapper: Wrapper) -> None:
    assert cut.owner is not None
    decorators = decorators_of(cut.function)
    if decorators & {"staticmethod", "classmethod"}:
        wrapper.callee = f"{cut.owner.name}.{cut.function.name}"
        wrapper.needed = True
        return
    first = cut.function.args.args[:1]
    if not first or first[0].arg not in ("self", "cls", "this"):
        raise Unfit("is a method without self")
    wrapper.needed = True
    init = _init(cut)
    made = cut.owner.name
    if init is None or len(init.args.args) <= 1:
        arguments = ""
    else:
        arguments = _arguments_of(cut, wrapper, init)
    name = free_name(
        snake(made),
        {*wrapper.taken, *names_of(cut.function), *{p.name for p in wrapper.parameters}},
    )
    wrapper.taken.add(name)
    wrapper.before.append(f"{name} = {made}({arguments})")
    wrapper.before += [f"{name}.{line}" for line in _class_state(cut)]
    wrapper.callee = f"{name}.{cut.function.name}"


def _arguments_of(cut: Cut, wrapper: Wrapper, init: Function) -> str:
    """Take the arguments of a constructor as the function's own."""
    inner = Wrapper("", "", wrapper.taken, wrapper.parameters)
    doc = read_doc(
        (ast.get_docstring(init) or "") + "\n" + (ast.get_docstring(cut.owner) or ""),  # type: ignore[arg-type]  # _make_object asserts it
        names_of(init),
    )
    idle = idle_arguments(init, [m for m in cut.closure.methods if m is not init])
    take(cut, inner, init, doc, skip=1, idle=idle)
    return ", ".join(inner.arguments)


def _init(cut: Cut) -> Function | None:
    assert cut.owner is not None
    seen, current = set[str](), cut.owner
    while current.name not in seen:
        seen.add(current.name)
        for method in methods_of(current):
            if method.name == "__init__":
                return method
        bases = [ast.unparse(b).split(".")[-1].split("[")[0] for b in current.bases]
        if "dataclass" in decorators_of(current) or "NamedTuple" in bases:
            raise Unfit("is a method of a record")
        known = cut.survey.classes()
        if strange := [b for b in bases if b not in FINE_BASES and b not in known]:
            raise Unfit(f"extends {strange[0]}, which the file does not define")
        inherited = [known[b] for b in bases if b in known]
        if not inherited:
            return None
        current = inherited[0]
    return None


def _class_state(cut: Cut) -> list[str]:
    """Write the assignments that give an object its own copy of its class's tables."""
    assert cut.owner is not None
    lines = list[str]()
    for statement in cut.owner.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if isinstance(value, MUTABLE):
                if name in cut.closure.attributes and is_fresh(value):
                    lines.append(f"{name} = {ast.unparse(value)}")
    return lines


def set_afresh(cut: Cut, wrapper: Wrapper) -> None:
    """Set what functions change of the module to its first value before each call."""
    for name in sorted(_state(cut)):
        meaning = cut.survey.meaning(name)
        if isinstance(meaning, ast.Assign | ast.AnnAssign) and meaning in cut.closure.statements:
            wrapper.state.append(name)
            wrapper.before.append(ast.unparse(meaning))
            wrapper.needed = True
    if cut.printed.shared:
        wrapper.before.append(f"{COLLECTOR}.clear()")


def _state(cut: Cut) -> set[str]:
    """Return the names of the module that the kept functions bind or change."""
    functions = cut.closure.functions()
    changed = globals_declared(functions)
    for function in functions:
        free = cut.slicer.facts(function).names
        nodes = [n for n in ast.walk(function) if n not in cut.dropped]
        changed |= {m for n in nodes for m in mutated_names(n) if m in free}
    return changed & cut.survey.bound.keys()


def state_of_others(cut: Cut) -> str:
    """Return an attribute that the method reads of its object and that nothing kept sets."""
    if cut.owner is None or _strange_base(cut):
        return ""
    kept = [m for m in cut.closure.methods if m in methods_of(cut.owner)]
    stored, read = set[str](), set[str]()
    for node in [n for m in kept for n in ast.walk(m) if n not in cut.dropped]:
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=attribute, ctx=ast.Load()):
                read.add(attribute)
            case ast.Attribute(value=ast.Name(id="self"), attr=attribute):
                stored.add(attribute)
    held = stored | names_stored(cut.owner.body)
    return min(read - held - {"__class__", "__dict__"}, default="")


def _strange_base(cut: Cut) -> bool:
    assert cut.owner is not None
    return any(ast.unparse(b) not in FINE_BASES for b in cut.owner.bases)
