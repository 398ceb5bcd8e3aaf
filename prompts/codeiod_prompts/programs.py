"""Programs as source text: whether they parse, what they define, which arguments they take.

Imports the standard library only. Nothing here runs a program.
"""

import ast
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

ENTRY_POINT = "main_solution"
GENERATOR = "input_generator"
_PROGRAMS = 64
"""Whose signatures are remembered: each question about a program asks for it."""


class SourceError(ValueError):
    """The source does not parse; the message says why and where."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function; ``keyword`` is false where it can't be given by name."""

    name: str
    required: bool
    keyword: bool = True


@dataclass(frozen=True, slots=True)
class Signature:
    """How a function may be called."""

    text: str
    parameters: tuple[Parameter, ...]
    accepts_any: bool

    def binds(self, names: Iterable[str]) -> str:
        """Tell why a call with these keyword names fails to bind, or ``""`` where it binds."""
        given = set(names)
        usable = {p.name for p in self.parameters if p.keyword}
        missing = [
            p.name for p in self.parameters if p.required and not (p.keyword and p.name in given)
        ]
        if missing:
            return f"{self.text} lacks the argument {', '.join(missing)}"
        unexpected = sorted(given - usable)
        if unexpected and not self.accepts_any:
            return f"{self.text} has no argument {', '.join(unexpected)}"
        return ""


def parse_source(source: str) -> ast.Module:
    """Parse Python source, without the warnings that the compiler has about it.

    :raises SourceError: it does not parse, is nested too deep, or holds what is no text.
    """
    if "\0" in source:
        raise SourceError("it contains a NUL character")
    try:
        source.encode("utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        raise SourceError(f"{error.msg} (line {error.lineno or 1} of the code)") from None
    except UnicodeEncodeError:
        raise SourceError("it contains a lone surrogate, which is no character") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(str(error) or "it is nested too deep") from None


def bindings(module: ast.Module, name: str) -> list[ast.stmt]:
    """List the top-level statements that give the name a meaning, in order."""
    return [s for s in _top_level(module.body) if name in _names_bound(s)]


@lru_cache(maxsize=_PROGRAMS)
def signature(refcode: str, function: str = ENTRY_POINT) -> Signature | None:
    """Read the signature of a top-level function.

    Decorators are taken to keep it. None where the source does not parse or where the last thing
    that the name is bound to is no plain ``def``.
    """
    try:
        found = bindings(parse_source(refcode), function)
    except SourceError:
        return None
    if not found or not isinstance(found[-1], ast.FunctionDef):
        return None
    definition = found[-1]
    try:
        returns = f" -> {ast.unparse(definition.returns)}" if definition.returns else ""
        text = f"{function}({', '.join(_written(definition.args))}){returns}"
    except RecursionError:
        return None
    return Signature(
        text=text,
        parameters=tuple(parameters(definition.args)),
        accepts_any=definition.args.kwarg is not None,
    )


def parameters(arguments: ast.arguments) -> Iterator[Parameter]:
    """Give the named parameters in order, without ``*args`` and ``**kwargs``."""
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    for i, argument in enumerate(positional):
        by_keyword = i >= len(arguments.posonlyargs)
        yield Parameter(argument.arg, required=i < first_default, keyword=by_keyword)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Parameter(argument.arg, required=default is None)


def _written(arguments: ast.arguments) -> Iterator[str]:
    """Write each parameter as a head does, with the bare ``/`` and ``*`` between them."""
    positional = [*arguments.posonlyargs, *arguments.args]
    undefaulted = len(positional) - len(arguments.defaults)
    defaults = [None] * undefaulted + arguments.defaults
    for i, (argument, default) in enumerate(zip(positional, defaults, strict=True), start=1):
        yield _parameter(argument, default)
        if i == len(arguments.posonlyargs):
            yield "/"
    if arguments.vararg or arguments.kwonlyargs:
        yield "*" + (ast.unparse(arguments.vararg) if arguments.vararg else "")
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _parameter(argument, default)
    if arguments.kwarg:
        yield "**" + ast.unparse(arguments.kwarg)


def _parameter(argument: ast.arg, default: ast.expr | None) -> str:
    name = ast.unparse(argument)
    if default is None:
        return name
    return f"{name}{' = ' if argument.annotation else '='}{ast.unparse(default)}"


def _top_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Walk the statements that run when the module loads, into blocks but not into definitions."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for part in ("body", "handlers", "orelse", "finalbody"):
            yield from _top_level(getattr(statement, part, ()))


def _names_bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            for alias in aliases:
                yield alias.asname or alias.name.partition(".")[0]
        case ast.Assign(targets=targets):
            for target in targets:
                yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            yield name
