"""The rules of a small function in plain words, as a list that can be followed by hand.

Imports the standard library and ``phrases``. Bounded: a function that would need too many words, or
uses what has none, has no paraphrase, only those of its special cases that stand at its head.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from codeiod.teachers.builtin.analysis.scopes import Function
from codeiod.teachers.builtin.composing.phrases import (
    condition,
    formula,
    is_short,
    items_of,
    listed,
    say,
)

MOST_WORDS = 160
DEEPEST = 4
ADDED = {
    ast.Add: "increase {0} by {1}", ast.Sub: "decrease {0} by {1}", ast.Mult: "multiply {0} by {1}",
    ast.FloorDiv: "divide {0} by {1}, rounding down", ast.Div: "divide {0} by {1}",
    ast.Mod: "replace {0} by its remainder modulo {1}", ast.Pow: "raise {0} to the power of {1}",
    ast.BitXor: "combine {0} with {1} by exclusive or",
    ast.BitAnd: "combine {0} with {1} by bitwise and",
    ast.BitOr: "combine {0} with {1} by bitwise or", ast.RShift: "shift {0} right by {1} bits",
    ast.LShift: "shift {0} left by {1} bits",
}  # fmt: skip
DONE = {
    "append": "append {1} to {0}", "add": "add {1} to {0}", "sort": "sort {0} in ascending order",
    "reverse": "reverse {0}", "pop": "remove the last item of {0}",
    "extend": "append all of {1} to {0}",
    "remove": "remove the first {1} from {0}", "appendleft": "put {1} in front of {0}",
    "popleft": "remove the first item of {0}", "clear": "empty {0}",
    "discard": "remove {1} from {0}",
}  # fmt: skip


START = "- At the start:"
SAME = re.compile(r"- Set `(\w+)` to `\1`\.$")
JUMPS: dict[type[ast.stmt], str] = {
    ast.Break: "leave the loop",
    ast.Continue: "go on with the next one",
    ast.Raise: "the input is refused",
}
SILENT = (ast.Pass, ast.Assert, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)


class Wordless(ValueError):
    """A piece of code has no short paraphrase."""


def rules_of(function: Function, others: Mapping[str, Function]) -> list[str]:
    """Return the rules as lines, nested ones indented; nothing where they would be too long.

    :param others: the functions and methods of the file, which are told where they are used.
    """
    return _bounded(_told_with_helpers(function, others))


def rules_of_object(init: Function | None, methods: Sequence[Function]) -> list[str]:
    """Return the rules of an object: how it starts, and what each operation does to it."""
    return _bounded(_of_object(init, methods))


def _bounded(lines: Iterator[str]) -> list[str]:
    """Return the lines, without the name of the object; nothing where they are too many."""
    try:
        told = [line.replace("self.", "") for line in lines]
    except (Wordless, RecursionError):
        return []
    told = [line for line in told if not SAME.search(line)]
    if told[:1] == [START] and not "".join(told[1:2]).startswith(" "):
        told = told[1:]
    return told if sum(len(line.split()) for line in told) <= MOST_WORDS else []


def _of_object(init: Function | None, methods: Sequence[Function]) -> Iterator[str]:
    named = {method.name for method in methods}
    if init:
        yield from _started(init)
    for method in methods:
        if not _own_calls(method) <= named:
            raise Wordless
        yield _line(0, f"`{_head(method)}`:")
        yield from _block(_without_docstring(method.body), 1)


def _started(init: Function) -> Iterator[str]:
    yield START
    yield from _block(_without_docstring(init.body), 1)


def _own_calls(method: Function) -> set[str]:
    """Return the names of the methods of its own object that a method calls."""
    calls = [n.func for n in ast.walk(method) if isinstance(n, ast.Call)]
    return {
        f.attr
        for f in calls
        if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "self"
    }


def _told_with_helpers(function: Function, others: Mapping[str, Function]) -> Iterator[str]:
    yield from _block(_without_docstring(function.body), 0)
    seen, waiting = {function.name}, [function]
    while waiting:
        current = waiting.pop(0)
        for name in _called(current, others):
            if name == function.name and current is function:
                yield _line(
                    0, f"Here `{_head(function)}` is the same calculation for other values."
                )
            if name not in seen:
                seen.add(name)
                waiting.append(others[name])
                yield _line(0, f"Here `{_head(others[name])}` is worked out like this:")
                yield from _block(_without_docstring(others[name].body), 1)


def _called(function: Function, others: Mapping[str, Function]) -> list[str]:
    """List the file's own functions that a function calls."""
    found = dict[str, None]()
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if name not in others:
                raise Wordless  # the state of an object has no words here
            case ast.Call(func=ast.Attribute(value=ast.Name(), attr=name)) if name in others:
                found[name] = None
            case ast.Call(func=ast.Name(id=name)) if name in others:
                found[name] = None
    return list(found)


def _head(function: Function) -> str:
    names = [a.arg for a in function.args.args if a.arg != "self"]
    return f"{function.name}({', '.join(names)})"


def special_cases(function: Function) -> list[str]:
    """Return the special cases at a function's head, as sentences."""
    found = list[str]()
    for statement in _without_docstring(function.body):
        match statement:
            case ast.If(test=test, body=[ast.Return(value=ast.expr() as value)], orelse=[]):
                if is_short(test) and is_short(value):
                    found.append(f"If {condition(test)}, the result is {say(value)}.")
            case ast.If(test=test, body=[ast.Raise()], orelse=[]):
                pass
            case _:
                break
    return found[:4]


def _without_docstring(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return body


def _block(body: Sequence[ast.stmt], depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        raise Wordless
    for statement in body:
        yield from _statement(statement, depth)


def _statement(node: ast.stmt, depth: int) -> Iterator[str]:
    match node:
        case ast.If():
            yield from _choice(node, depth, "If")
        case ast.For(target=target, iter=source, body=body, orelse=[]):
            yield _line(depth, f"For each {formula(target)} from {items_of(_short(source))}:")
            yield from _block(body, depth + 1)
        case ast.While(test=test, body=body, orelse=[]):
            always = isinstance(test, ast.Constant)
            head = "Repeat" if always else f"As long as {condition(_short(test))}"
            yield _line(depth, f"{head}:")
            yield from _block(body, depth + 1)
        case ast.Assign(targets=[ast.Name(id="printed")]) | ast.Expr(value=ast.Constant()):
            return
        case ast.FunctionDef():
            yield _line(depth, f"Here `{_head(node)}` is worked out like this:")
            yield from _block(_without_docstring(node.body), depth + 1)
        case _ if isinstance(node, SILENT):
            return
        case _:
            yield _line(depth, _sentence(_simple(node)))


def _choice(node: ast.If, depth: int, word: str) -> Iterator[str]:
    told = condition(_short(node.test))
    if len(node.body) == 1 and (act := _act(node.body[0])):
        yield _line(depth, f"{word} {told}, {act}.")
    else:
        yield _line(depth, f"{word} {told}:")
        yield from _block(node.body, depth + 1)
    match node.orelse:
        case []:
            return
        case [ast.If() as other]:
            yield from _choice(other, depth, "Otherwise, if")
        case [one] if act := _act(one):
            yield _line(depth, f"Otherwise, {act}.")
        case rest:
            yield _line(depth, "Otherwise:")
            yield from _block(rest, depth + 1)


def _act(node: ast.stmt) -> str:
    """Say a simple statement as the end of a sentence, ``""`` for one that holds others."""
    compound = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.FunctionDef, *SILENT)
    return "" if isinstance(node, compound) else _simple(node)


def _simple(node: ast.stmt) -> str:
    if type(node) in JUMPS:
        return JUMPS[type(node)]
    match node:
        case ast.Return(value=None):
            return "stop with the result null"
        case ast.Return(value=ast.expr() as value):
            lines = "the list of the lines written"
            return f"the result is {lines if _is_collector(value) else say(_short(value))}"
        case ast.Assign(targets=targets, value=value):
            return _assignment(targets, _short(value))
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return _assignment([target], _short(value))
        case ast.AugAssign():
            return _augmented(node)
        case ast.Expr(value=ast.Call() as call):
            return _called_for_effect(call)
        case ast.Delete(targets=targets):
            return f"remove {listed([formula(t) for t in targets])}"
    raise Wordless


def _augmented(node: ast.AugAssign) -> str:
    target, value = formula(node.target), say(_short(node.value))
    if isinstance(node.op, ast.Add):
        match node.value:
            case ast.List() | ast.ListComp() | ast.Subscript(slice=ast.Slice()):
                return f"append {value} to {target}"
            case ast.Constant(value=str()) | ast.JoinedStr():
                return f"append {value} to {target}"
    if type(node.op) not in ADDED:
        raise Wordless
    return ADDED[type(node.op)].format(target, value)


def _assignment(targets: Sequence[ast.expr], value: ast.expr) -> str:
    match targets, value:
        case [ast.Tuple(elts=[one, other])], ast.Tuple(elts=[first, second]):
            if ast.unparse(one) == ast.unparse(second) and ast.unparse(other) == ast.unparse(first):
                return f"swap {formula(one)} and {formula(other)}"
            pairs = zip((one, other), (first, second), strict=True)
            told = [f"set {formula(t)} to {say(v)}" for t, v in pairs]
            return f"at the same time, {listed(told)}"
        case [ast.Tuple(elts=parts)], _:
            return f"take {listed([formula(part) for part in parts])} from {say(value)}"
    return f"set {listed([formula(target) for target in targets])} to {say(value)}"


def _called_for_effect(call: ast.Call) -> str:
    """Say what a call does that gives nothing."""
    match call:
        case ast.Call(func=ast.Attribute(value=held, attr=name), args=arguments):
            if name == "append" and _is_collector(held) and len(arguments) == 1:
                return _written(_short(arguments[0]))
            told = DONE.get(name, "")
            if told and len(arguments) == told.count("{1}") and all(map(is_short, arguments)):
                return told.format(formula(held), *(say(a) for a in arguments))
    return f"carry out {formula(_short(call))}"


def _is_collector(node: ast.expr) -> bool:
    """Whether a value is what prints were turned into."""
    return any(isinstance(n, ast.Name) and n.id == "printed" for n in ast.walk(node))


def _written(node: ast.expr) -> str:
    """Say what was a print."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value="\n")):
            return f"write {_text(left)} and end the line"
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=str(end))):
            return f"write {_text(left)}, followed by {say(ast.Constant(end))}"
        case ast.Constant(value="\n"):
            return "end the line"
    return f"write the line {_text(node)}"


def _text(node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Name(id="str"), args=[value]):
            return say(value)
        case ast.JoinedStr():
            return formula(node)
    return say(node)


def _short(node: ast.expr) -> ast.expr:
    hard = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
    if not is_short(node) or any(isinstance(n, hard) for n in ast.walk(node)):
        raise Wordless
    return node


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _line(depth: int, text: str) -> str:
    return f"{'  ' * depth}- {text}"
