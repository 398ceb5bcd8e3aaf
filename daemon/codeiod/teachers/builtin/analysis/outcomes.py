"""What a wrapper returns: the value, what was printed or changed, or the values that pass.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast

from codeiod.teachers.builtin.analysis.cut import Cut
from codeiod.teachers.builtin.analysis.nodes import LINKS, SURE_NAMES, Kind
from codeiod.teachers.builtin.analysis.printing import COLLECTOR, is_generator
from codeiod.teachers.builtin.analysis.scopes import (
    own_nodes,
)
from codeiod.teachers.builtin.analysis.slicing import Unfit
from codeiod.teachers.builtin.analysis.usage import (
    changed_through_calls,
    says_yes_or_no,
)
from codeiod.teachers.builtin.analysis.wrapping import Wrapper


def find_result(cut: Cut, wrapper: Wrapper) -> None:
    if is_generator(cut.function):
        wrapper.converted, wrapper.needed = "list({0})", True
    elif cut.has_result:
        _convert_nodes(cut, wrapper)
    elif cut.printed.shared:
        after = cut.printed.result
        wrapper.after = f"list({COLLECTOR})" if after == COLLECTOR else after
        wrapper.needed = True
    elif not cut.prints:
        wrapper.after, wrapper.needed = _changed(cut, wrapper), True


def select(cut: Cut, wrapper: Wrapper) -> None:
    """Let a function that only says yes or no choose from several values.

    Two results are too few to ask about; which of some values pass is a better question.
    """
    fresh = wrapper.state or wrapper.after or wrapper.converted != "{0}" or not wrapper.parameters
    if fresh or not cut.has_result or not _says_yes_or_no(cut):
        return
    changed = changed_through_calls(cut.function, cut.closure.functions(), cut.dropped)
    if len(wrapper.parameters) == 1 or not changed:
        made, _, method = wrapper.callee.partition(".")
        if cut.owner and method and made != cut.owner.name:
            if len(wrapper.before) != 1:
                return
            wrapper.callee = f"{wrapper.before.pop().partition(' = ')[2]}.{method}"
        wrapper.select()


def _says_yes_or_no(cut: Cut) -> bool:
    return says_yes_or_no(cut.function, cut.returns(), cut.closure.functions())


def _convert_nodes(cut: Cut, wrapper: Wrapper) -> None:
    if cut.kind is None or not _may_return_node(cut):
        return
    wrapper.needed = True
    wrapper.converted = f"{cut.kind.read}({{0}})"


def _may_return_node(cut: Cut) -> bool:
    assert cut.kind is not None
    told = ast.unparse(cut.function.returns) if cut.function.returns else cut.doc.returns
    if told:
        return cut.kind.name in told and "ist[" not in told
    links = LINKS if cut.kind.tree else {"next"}
    nodes = [n.value for n in own_nodes(cut.function) if isinstance(n, ast.Return) and n.value]
    names = {n.id for n in nodes if isinstance(n, ast.Name)}
    if any(isinstance(n, ast.Attribute) and n.attr in links for n in nodes):
        return True
    return bool(names & _node_names(cut))


def _node_names(cut: Cut) -> set[str]:
    """Return the names that hold a node, as far as assignments show."""
    assert cut.kind is not None
    found = {a.arg for a in cut.function.args.args if a.arg.lower() in SURE_NAMES}
    for node in ast.walk(cut.function):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr="next" | "left" | "right"):
                found.add(name)
            case ast.Assign(
                targets=[ast.Attribute(attr="next" | "left" | "right")], value=ast.Name(id=name)
            ):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=made))):
                found |= {name} if made == cut.kind.name else set()
    return found


def _changed(cut: Cut, wrapper: Wrapper) -> str:
    """Write what a function without a result has changed."""
    if cut.kind and (node := _node_built(cut.kind, wrapper)):
        return f"{cut.kind.read}({node})"
    changed = changed_through_calls(cut.function, cut.closure.functions(), cut.dropped)
    here = [new for old, new in wrapper.names.items() if old in changed]
    if here:
        return here[0] if len(here) == 1 else f"[{', '.join(here)}]"
    if cut.owner and "." in wrapper.callee and (kept := _attributes_changed(cut)):
        made = wrapper.callee.partition(".")[0]
        if len(kept) == 1:
            return f"{made}.{kept[0]}"
        return "{" + ", ".join(f'"{k}": {made}.{k}' for k in kept) + "}"
    raise Unfit("returns nothing, prints nothing and changes nothing")


def _node_built(kind: Kind, wrapper: Wrapper) -> str:
    """Build the first linked argument before the call, so that it can be read after it."""
    for place, argument in enumerate(wrapper.arguments):
        for parameter in wrapper.parameters:
            if argument == f"{kind.build}({parameter.name})":
                wrapper.arguments[place] = parameter.name
                wrapper.before.append(f"{parameter.name} = {argument}")
                return parameter.name
    return ""


def _attributes_changed(cut: Cut) -> list[str]:
    found = dict[str, None]()
    for node in ast.walk(cut.function):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=attribute, ctx=ast.Store()):
                found[attribute] = None
            case ast.Subscript(
                value=ast.Attribute(value=ast.Name(id="self"), attr=attribute), ctx=ast.Store()
            ):
                found[attribute] = None
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr=attribute))
            ):
                found[attribute] = None
    methods = {m.name for m in cut.closure.methods}
    return [name for name in found if name not in methods]
