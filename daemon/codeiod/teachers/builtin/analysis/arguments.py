"""The arguments of a function, each taken under a name and in a form that a caller can give.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from codeiod.teachers.builtin.analysis.cut import Cut, decorators_of
from codeiod.teachers.builtin.analysis.docs import Doc
from codeiod.teachers.builtin.analysis.nodes import LINKS, SURE_NAMES, USUAL_NAMES, VALUES, Kind
from codeiod.teachers.builtin.analysis.scopes import (
    Function,
)
from codeiod.teachers.builtin.analysis.slicing import Unfit
from codeiod.teachers.builtin.analysis.usage import (
    Use,
    uses_of,
)
from codeiod.teachers.builtin.analysis.wellknown import (
    ARRAY_ATTRIBUTES,
    VALUE_ATTRIBUTES,
    words,
)
from codeiod.teachers.builtin.analysis.wrapping import Wrapper
from codeiod.teachers.builtin.candidates import Parameter

FRESH_DEFAULTS = words("memo cache visited seen path res result results acc dp lookup")


def take_arguments(cut: Cut, wrapper: Wrapper) -> None:
    bound = cut.owner is not None and "staticmethod" not in decorators_of(cut.function)
    take(cut, wrapper, cut.function, cut.doc, skip=int(bound))


def take(
    cut: Cut, wrapper: Wrapper, function: Function, doc: Doc, skip: int,
    idle: Collection[str] = (),
) -> None:  # fmt: skip
    """Take the arguments of a function; one that is idle gets its own name as a text."""
    arguments, uses = function.args, uses_of(function, cut.dropped)
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    for argument, default in list(zip(positional, defaults, strict=True))[skip:]:
        if argument.arg in idle and default is None:
            wrapper.arguments.append(repr(argument.arg))
            continue
        _take_one(cut, wrapper, argument, default, uses[argument.arg], doc, "{0}")
    if arguments.vararg:
        told = Parameter(arguments.vararg.arg, "list", None, doc.told.get(arguments.vararg.arg, ""))
        wrapper.take(told, "*{0}")
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        by_name = f"{argument.arg}={{0}}"
        _take_one(cut, wrapper, argument, default, uses[argument.arg], doc, by_name)


def _take_one(
    cut: Cut, wrapper: Wrapper, argument: ast.arg, default: ast.expr | None, use: Use, doc: Doc,
    passed: str,
) -> None:  # fmt: skip
    by_name = f"{argument.arg}={{0}}"
    if default is not None and (not use.loaded or _is_accumulator(argument.arg, default)):
        wrapper.needed = True
        if is_fresh(default):
            wrapper.arguments.append(by_name.format(ast.unparse(default)))
        return
    if not use.loaded:
        wrapper.needed = True
        wrapper.arguments.append("None")
        return
    passed = by_name if "=" in "".join(wrapper.arguments) else passed
    node = _node_argument(cut, argument, use, doc)
    if node:
        told = Parameter(argument.arg, node.annotation, None, node.told)
        wrapper.take(told, passed.format(f"{node.build}({{0}})"))
        return
    annotation = _annotation(cut, argument, use, doc)
    source = ast.unparse(default) if default is not None else None
    wrapper.take(
        Parameter(argument.arg, annotation, source, doc.told.get(argument.arg, "")), passed
    )


def _node_argument(cut: Cut, argument: ast.arg, use: Use, doc: Doc) -> Kind | None:
    if cut.kind is None:
        return None
    noted = argument.annotation not in cut.dropped if argument.annotation else False
    told = (
        ast.unparse(argument.annotation) if argument.annotation else doc.types.get(argument.arg, "")
    )
    if told and (noted or not argument.annotation):
        return cut.kind if cut.kind.name in told or "Node" in told else None
    linked = use.attributes & LINKS
    values = use.attributes & set(VALUES)
    sure = argument.arg.lower() in SURE_NAMES and not use.attributes - LINKS - set(VALUES)
    usual = argument.arg.lower() in USUAL_NAMES
    named = any(word in argument.arg.lower() for word in ("root", "head", "node", "tree"))
    plain = not use.attributes - LINKS - set(VALUES)
    return cut.kind if linked or (values and usual) or sure or (named and plain) else None


def _annotation(cut: Cut, argument: ast.arg, use: Use, doc: Doc) -> str:
    note = argument.annotation
    told = ast.unparse(note) if note and note not in cut.dropped else ""
    told = told or doc.types.get(argument.arg, "")
    if use.called and "Callable" not in told:
        raise Unfit("takes a function")
    if "Callable" in told or "Node" in told:
        raise Unfit("takes functions or objects")
    strange = use.attributes - VALUE_ATTRIBUTES
    if strange and strange <= ARRAY_ATTRIBUTES and "numpy" in _modules_used(cut):
        return told or "np.ndarray"
    if strange:
        raise Unfit(f"takes an object with `.{min(strange)}`")
    if told in cut.survey.classes():
        raise Unfit(f"takes an object of the class {told}")
    return told


def _modules_used(cut: Cut) -> set[str]:
    return {d.partition(".")[0] for n, d in cut.survey.modules.items() if n in cut.closure.names}


def is_fresh(node: ast.expr) -> bool:
    """Whether an expression makes a new container each time."""
    match node:
        case ast.Call(
            func=ast.Name(id="list" | "dict" | "set" | "defaultdict" | "Counter" | "deque")
        ):
            return True
    return isinstance(node, ast.List | ast.Dict | ast.Set | ast.ListComp)


def _is_accumulator(name: str, default: ast.expr) -> bool:
    """Whether a parameter is there for the function's own recursion alone."""
    empty = (
        isinstance(default, ast.List | ast.Dict | ast.Set)
        and not list(ast.iter_child_nodes(default))[1:]
    )
    none = isinstance(default, ast.Constant) and default.value is None
    call = isinstance(default, ast.Call)
    return empty or call or (none and name.strip("_").lower() in FRESH_DEFAULTS)
