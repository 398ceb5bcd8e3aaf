"""The answer to a unify request: four sections, read tolerantly and returned strictly.

Imports the standard library and its neighbours `sections` and `programs`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from codeiod_prompts.programs import (
    ENTRY_POINT,
    GENERATOR,
    SourceError,
    bindings,
    parameters,
    parse_source,
)
from codeiod_prompts.sections import Fence, Part, fences, prose_of, split_sections, without_thoughts

DECLINED = re.compile(r"^[ \t>*_#`]*NO PROGRAM\b[*_`]*[:\uff1a][*_`]*[ \t]*(.*)$", re.MULTILINE)
BARE_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*")
CODE_STARTS = re.compile(r"^(?:import|from|def|class|async|@|#)", re.MULTILINE)
DEFINING = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
    ast.Try,
    ast.If,
)


class Unparsable(ValueError):  # the name of the reason in the records
    """An answer holds no usable program; ``reason`` is a sentence for the teacher.

    ``declined``: the teacher said that there is none to be had, so asking again is no use.
    """

    def __init__(self, reason: str, *, declined: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.declined = declined


@dataclass(frozen=True, slots=True)
class UnifyParts:
    """What a teacher made of a file."""

    refcode: str
    requirements: str
    input_generator: str
    problem: str


def parse_unify(text: str) -> UnifyParts:
    """Read the four parts of an answer to a unify request.

    :raises Unparsable: a part is missing or unusable, or the teacher declined.
    """
    try:
        return _read_parts(text)
    except Unparsable:
        if said := DECLINED.search(without_thoughts(text)):
            reason = said[1].strip(" *_`") or "the file has no core logic"
            raise Unparsable(reason, declined=True) from None
        raise


def _read_parts(text: str) -> UnifyParts:
    sections = split_sections(text)
    if len(sections) < len(Part):  # a fence that was never closed may hide the headings after it
        sections = split_sections(text, heed_fences=False)
    if missing := [f"`## {part}`" for part in Part if part not in sections]:
        if len(missing) == 1:
            raise Unparsable(f"The section {missing[0]} could not be found.")
        raise Unparsable(f"The sections {', '.join(missing)} could not be found.")
    bodies = {part: body for part, (_, body) in sections.items()}
    return UnifyParts(
        refcode=_read_code(bodies[Part.MAIN], Part.MAIN, ENTRY_POINT),
        requirements=_read_prose(*sections[Part.REQUIREMENTS], Part.REQUIREMENTS),
        input_generator=_read_code(bodies[Part.GENERATOR], Part.GENERATOR, GENERATOR),
        problem=_read_prose(*sections[Part.PROBLEM], Part.PROBLEM),
    )


def _read_prose(level: int, body: str, part: Part) -> str:
    prose = prose_of(level, body)
    if not prose:
        raise Unparsable(f"The section `## {part}` is empty.")
    if "\0" in prose or any("\ud800" <= c <= "\udfff" for c in prose):
        raise Unparsable(
            f"The section `## {part}` contains a NUL or a lone surrogate, which is no text."
        )
    return prose


def _read_code(body: str, part: Part, name: str) -> str:
    """Take the first reading of a section that is usable; if none is, complain about the first."""
    complaint = f"The section `## {part}` is empty."
    for i, code in enumerate(_readings(body, name)):
        found = _complaint(code, name)
        if not found:
            return code
        if i == 0:
            complaint = f"The code in the section `## {part}` is not usable: {found}."
    raise Unparsable(complaint)


def _readings(body: str, name: str) -> Iterator[str]:
    """Give the ways to read a section as code, the likeliest first."""
    blocks = [b for b in fences(body) if b.code.strip()]
    if blocks:
        yield _joined(blocks, name)
        yield _widest(body, blocks[0])
    elif body.strip():
        yield body.strip("\n")
        if start := CODE_STARTS.search(body):
            yield body[start.start() :].strip("\n")


def _widest(body: str, first: Fence) -> str:
    """Take all from the first fence to the last, for code that holds fences of its own."""
    lines = body.split("\n")
    bare = [i for i in range(first.opens + 1, len(lines)) if BARE_FENCE.fullmatch(lines[i])]
    return "\n".join(lines[first.opens + 1 : bare[-1] if bare else None]).strip("\n")


def _joined(blocks: list[Fence], name: str) -> str:
    """Join the blocks that belong to the program: the last that defines the name, and all others
    that do nothing but define. Examples of use, output and the like stay out.
    """
    modules = {b.opens: module for b in blocks if (module := _parsed(b.code)) is not None}
    mains = [b for b in blocks if b.opens in modules and bindings(modules[b.opens], name)]
    if not mains:
        best = next((b for b in blocks if name in b.code), blocks[0])
        return best.code.strip("\n")
    belonging = [
        b
        for b in blocks
        if b is mains[-1]
        or (b.opens in modules and name not in b.code and _only_defines(modules[b.opens]))
    ]
    return "\n\n".join(b.code.strip("\n") for b in belonging)


def _parsed(code: str) -> ast.Module | None:
    try:
        return parse_source(code)
    except SourceError:
        return None


def _only_defines(module: ast.Module) -> bool:
    return all(isinstance(s, DEFINING) or _docstring(s) for s in module.body)


def _docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _complaint(code: str, name: str) -> str:
    """Say what keeps code from being a program that defines the name, or ``""``."""
    try:
        found = bindings(parse_source(code), name)
    except SourceError as error:
        return f"it does not parse as Python: {error}"
    if not found:
        return f"it defines no `{name}` at its top level"
    match found[-1]:
        case ast.AsyncFunctionDef():
            return f"`{name}` must be a plain function, not `async`"
        case ast.ClassDef():
            return f"`{name}` must be a function, not a class"
        case ast.FunctionDef(args=arguments) if name == GENERATOR:
            if any(p.required for p in parameters(arguments)):
                return f"`{name}` must be callable without arguments"
    return ""
