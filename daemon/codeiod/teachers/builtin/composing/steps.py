"""Statements in plain words: the steps of a calculation, as lines that can be followed by hand.

Imports the standard library and its neighbours. What has no words raises ``Wordless``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from codeiod.teachers.builtin.analysis.scopes import Function
from codeiod.teachers.builtin.composing.effects import augmented, done, is_collector
from codeiod.teachers.builtin.composing.formulas import formula, is_short, listed
from codeiod.teachers.builtin.composing.phrases import condition, items_of, say
from codeiod.teachers.builtin.composing.settling import Holds
from codeiod.teachers.builtin.composing.wordless import Wordless

DEEPEST = 6
JUMPS: dict[type[ast.stmt], str] = {
    ast.Break: "leave the loop",
    ast.Continue: "go on with the next round",
}
SILENT = (ast.Pass, ast.Assert, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)
HARD = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)


def steps(body: Sequence[ast.stmt], held: Mapping[str, Holds], depth: int = 0) -> Iterator[str]:
    """Tell settled statements line by line, those inside of others indented.

    :raises Wordless: one of them has no words.
    """
    if depth > DEEPEST:
        raise Wordless
    for statement in without_docstring(body):
        yield from _statement(statement, held, depth)


def without_docstring(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return body


def line(depth: int, text: str) -> str:
    """Write one line of the list."""
    return f"{'  ' * depth}- {text}"


def head(function: Function) -> str:
    """Write how a function is called, with the values that it takes where none are given."""
    arguments = function.args
    names = [a for a in arguments.args if a.arg != "self"]
    left_out = [f"={ast.unparse(d)}" for d in arguments.defaults][-len(names) or 1 :]
    defaults = [""] * (len(names) - len(left_out)) + left_out
    told = [f"{a.arg}{default}" for a, default in zip(names, defaults, strict=True)]
    return f"{function.name}({', '.join(told)})"


def falls_through(body: Sequence[ast.stmt]) -> bool:
    """Whether statements may come to their end without a ``return``."""
    match body[-1] if body else None:
        case ast.Return() | ast.Raise():
            return False
        case ast.While(test=ast.Constant(), body=inside):
            return any(isinstance(n, ast.Break) for s in inside for n in ast.walk(s))
        case ast.If(body=yes, orelse=no):
            return falls_through(yes) or falls_through(no)
        case ast.Try(body=tried, handlers=handlers):
            return falls_through(tried) or any(falls_through(h.body) for h in handlers)
        case ast.With(body=inside):
            return falls_through(inside)
    return True


def _statement(node: ast.stmt, held: Mapping[str, Holds], depth: int) -> Iterator[str]:
    match node:
        case ast.If():
            yield from _choice(node, held, depth, "If")
        case ast.For() | ast.While():
            yield from _loop(node, held, depth)
        case ast.Try(body=body, handlers=[handler], orelse=[], finalbody=[]):
            kind = f" with {formula(handler.type)}" if handler.type else ""
            yield line(depth, "Try this:")
            yield from steps(body, held, depth + 1)
            yield line(depth, f"Where that fails{kind}:")
            yield from steps(handler.body, held, depth + 1)
        case ast.Assign(targets=[ast.Name(id="printed")]) | ast.Expr(value=ast.Constant()):
            return
        case ast.FunctionDef():
            yield line(depth, f"Here `{head(node)}` is worked out like this:")
            yield from steps(node.body, held, depth + 1)
        case _ if isinstance(node, SILENT):
            return
        case _:
            yield line(depth, _sentence(_simple(node, held)))


def _loop(node: ast.For | ast.While, held: Mapping[str, Holds], depth: int) -> Iterator[str]:
    if isinstance(node, ast.For) and (times := _times(node)):
        yield line(depth, f"Repeat {times} times:")
    elif isinstance(node, ast.For):
        yield line(depth, f"For each {formula(node.target)} from {items_of(_short(node.iter))}:")
    elif isinstance(node.test, ast.Constant):
        yield line(depth, "Repeat:")
    else:
        yield line(depth, f"As long as {condition(_short(node.test))}:")
    yield from steps(node.body, held, depth + 1)
    if node.orelse:
        yield line(depth, "If that loop was not left early:")
        yield from steps(node.orelse, held, depth + 1)


def _times(node: ast.For) -> str:
    """Say how often a loop runs that has no use for what it goes through."""
    match node:
        case ast.For(
            target=ast.Name(id="_"), iter=ast.Call(func=ast.Name(id="range"), args=[often])
        ):
            return say(_short(often))
    return ""


def _choice(node: ast.If, held: Mapping[str, Holds], depth: int, word: str) -> Iterator[str]:
    told = condition(_short(node.test))
    if len(node.body) == 1 and (act := _act(node.body[0], held)):
        yield line(depth, f"{word} {told}, {act}.")
    else:
        yield line(depth, f"{word} {told}:")
        yield from _inner(node.body, held, depth + 1)
    match node.orelse:
        case []:
            return
        case [ast.If() as other]:
            yield from _choice(other, held, depth, "Otherwise, if")
        case [one] if act := _act(one, held):
            yield line(depth, f"Otherwise, {act}.")
        case rest:
            yield line(depth, "Otherwise:")
            yield from _inner(rest, held, depth + 1)


def _inner(body: Sequence[ast.stmt], held: Mapping[str, Holds], depth: int) -> Iterator[str]:
    told = list(steps(body, held, depth))
    yield from told or [line(depth, "Nothing is done.")]


def _act(node: ast.stmt, held: Mapping[str, Holds]) -> str:
    """Say a simple statement as the end of a sentence, ``""`` for one that holds others."""
    if isinstance(node, ast.Pass):
        return "nothing is done"
    compound = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.FunctionDef, *SILENT)
    return "" if isinstance(node, compound) else _simple(node, held)


def _simple(node: ast.stmt, held: Mapping[str, Holds]) -> str:
    """Say a statement that holds no others, as a clause.

    :raises Wordless: it has no words.
    """
    match node:
        case ast.Break() | ast.Continue():
            return JUMPS[type(node)]
        case ast.Raise(exc=ast.Call(func=error)) | ast.Raise(exc=ast.Name() as error):
            return f"it fails with {formula(error)}"
        case ast.Return(value=value):
            return _returned(value)
        case ast.Assign(targets=targets, value=value):
            return _assignment(targets, _short(value))
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return _assignment([target], _short(value))
        case ast.AugAssign(value=value):
            _short(value)
            return augmented(node, held)
        case ast.Expr(value=value):
            return _carried_out(value)
        case ast.Delete(targets=targets):
            return f"remove {listed([formula(t) for t in targets])}"
    raise Wordless


def _returned(value: ast.expr | None) -> str:
    if value is None:
        return "stop here"
    lines = "the list of the lines written"
    return f"the result is {lines if is_collector(value) else say(_short(value))}"


def _carried_out(value: ast.expr) -> str:
    match value:
        case ast.Yield(value=ast.expr() as given):
            return f"give {say(_short(given))} as the next member of the result"
        case ast.Call():
            _short(value)
            return done(value)
        case ast.Name():
            return f"carry out {formula(_short(value))}"
    raise Wordless


def _assignment(targets: Sequence[ast.expr], value: ast.expr) -> str:
    match targets, value:
        case [ast.Tuple(elts=[one, other])], ast.Tuple(elts=[first, second]):
            if ast.unparse(one) == ast.unparse(second) and ast.unparse(other) == ast.unparse(first):
                return f"swap {formula(one)} and {formula(other)}"
    match targets, value:
        case [ast.Tuple(elts=parts)], ast.Tuple(elts=values) if len(parts) == len(values):
            told = [f"{formula(t)} to {say(v)}" for t, v in zip(parts, values, strict=True)]
            return f"at the same time, set {listed(told)}"
        case [ast.Tuple(elts=parts)], _:
            return f"take {listed([formula(part) for part in parts])} from {say(value)}"
    return f"set {listed([formula(target) for target in targets])} to {say(value)}"


def _short(node: ast.expr) -> ast.expr:
    if not is_short(node) or any(isinstance(n, HARD) for n in ast.walk(node)):
        raise Wordless
    return node


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
