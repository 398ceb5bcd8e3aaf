"""Scripts as functions: top-level code that reads input or works on fixed values.

Imports the standard library and its neighbours. Writes a new text of the file, in which the script
is a function, for the analysis to go on with.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from codeiod.teachers.builtin.analysis.purity import walk
from codeiod.teachers.builtin.analysis.reads import Turned, reads_line, turn_reads, without
from codeiod.teachers.builtin.analysis.scopes import FUNCTIONS, free_names, names_stored
from codeiod.teachers.builtin.analysis.slicing import IMPORTS, Unfit
from codeiod.teachers.builtin.analysis.sourcetext import Edit, SourceText, sorted_edits
from codeiod.teachers.builtin.analysis.survey import Survey, is_main_guard, mutated_names
from codeiod.teachers.builtin.analysis.wrapping import free_name

NAME = "solve"
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
MOST_FIXED = 4
PROMPT = re.compile(
    r"\s*(?:please|enter|input|type|give|welcome|hello|hi\b|digite|ingrese|introduce|[-=*_#~ ]*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A new text of a file, and the function in it that was added.

    :param annotations: of parameters, where the text has none.
    """

    text: str
    name: str
    doc: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)


def rewritten(survey: Survey) -> Iterator[Rewritten]:
    """Give the texts in which what reads its input is a function with parameters.

    :raises Unfit: a script reads in a way that has no plain equivalent.
    """
    for statement in survey.module.body:
        if isinstance(statement, ast.FunctionDef) and _reads_alone(statement):
            yield _function_with_parameters(survey, statement)
    body = script_of(survey)
    if any(reads_line(n) for n in walk(body)) or _is_long(body):
        yield _script_with_parameters(survey, body)


def script_of(survey: Survey) -> list[ast.stmt]:
    """List the statements of the script, those below ``if __name__`` included."""
    body = list[ast.stmt]()
    for statement in survey.module.body:
        if is_main_guard(statement):
            assert isinstance(statement, ast.If)
            body += statement.body
        elif not _is_text(statement) and not _is_alias(statement):
            body.append(statement)
    return [s for s in body if not isinstance(s, (*DEFINITIONS, *IMPORTS))]


def _reads_alone(function: ast.FunctionDef) -> bool:
    arguments = function.args
    takes = [*arguments.args, *arguments.posonlyargs, *arguments.kwonlyargs]
    bare = not takes and not arguments.vararg and not arguments.kwarg
    return bare and any(reads_line(n) for n in walk(function.body))


def _function_with_parameters(survey: Survey, function: ast.FunctionDef) -> Rewritten:
    text = survey.text
    turned = turn_reads(text, function.body, set(survey.bound))
    takes = ", ".join(_parameter(name, kind) for name, kind in turned.parameters.items())
    opens = text.slice(text.start(function), text.end(function)).index("(")
    at = text.start(function) + len(text.of(function)[:opens].encode()) + 1
    first = function.body[0]
    if not text.indent(first):
        raise Unfit("is a function of one line")
    lines = "".join(f"{text.indent(first)}{line}\n" for line in turned.heads)
    start = text.line_start(text.start(first))
    edits = [*turned.edits, *_prompts(text, function.body)]
    edits += [Edit(at, at, takes), Edit(start, start, lines)]
    whole = text.slice(0, len(text.text.encode()), sorted_edits(edits))
    return Rewritten(whole, function.name)


def _script_with_parameters(survey: Survey, body: Sequence[ast.stmt]) -> Rewritten:
    text, name = survey.text, free_name(NAME, survey.bound)
    inner = _functions_of_script(survey, body)
    turned = turn_reads(text, body, {*survey.bound, *names_stored(body)})
    if not turned.parameters:
        turned = _fixed_values(text, body)
    edits = sorted_edits([*turned.edits, *_ends(text, body), *_prompts(text, body)])
    parts = [text.slice(*text.unit(s)) for s in survey.module.body if _stays_outside(s, inner)]
    takes = ", ".join(_parameter(one, kind) for one, kind in turned.parameters.items())
    lines = [f"def {name}({takes}):", *(f"    {line}" for line in turned.heads)]
    inside = sorted([*inner, *body], key=lambda s: s.lineno)
    lines += [written for s in inside if (written := _indented(text, s, edits)).strip()]
    return Rewritten("\n\n\n".join([*parts, "\n".join(lines)]) + "\n", name)


def _parameter(name: str, told: str) -> str:
    return f"{name}: {told}"


def _functions_of_script(survey: Survey, body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """List the functions that lean on the script's own names, which have to stand within it."""
    own, inner = names_stored(body), list[ast.stmt]()
    functions = [s for s in survey.module.body if isinstance(s, DEFINITIONS)]
    if any(isinstance(n, ast.Global) for s in functions for n in walk([s])):
        raise Unfit("changes the names of its script from within functions")
    grown = True
    while grown:
        found = [s for s in functions if s not in inner and free_names([s]) & own]
        inner += found
        own |= {s.name for s in found}
        grown = bool(found)
    return inner


def _stays_outside(statement: ast.stmt, inner: Sequence[ast.stmt]) -> bool:
    return isinstance(statement, (*DEFINITIONS, *IMPORTS)) and statement not in inner


def _fixed_values(text: SourceText, body: Sequence[ast.stmt]) -> Turned:
    """Take the values that a script fixes and never changes as its parameters."""
    stored = [n.id for n in walk(body) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    changed = {name for n in walk(body) for name in mutated_names(n)}
    turned = Turned()
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                once = stored.count(name) == 1 and name not in changed
                if once and (kind := _kind(value)) and len(turned.parameters) < MOST_FIXED:
                    turned.parameters[name] = f"{kind} = {ast.unparse(value)}"
                    turned.edits.append(without(text, statement))
    if not turned.parameters:
        raise Unfit("has a script that works on nothing given")
    return turned


def _kind(value: ast.expr) -> str:
    """Return the type of a literal that looks like a given, ``""`` for one that looks like none."""
    match value:
        case ast.Constant(value=bool()):
            return ""
        case ast.Constant(value=int(number)):
            return "int" if number > 1 else ""
        case ast.Constant(value=float()):
            return "float"
        case ast.Constant(value=str(told)):
            return "str" if told else ""
        case ast.List(elts=[first, *rest]):
            kinds = {_kind(one) or _kind_of_number(one) for one in [first, *rest]}
            return f"list[{kinds.pop()}]" if len(kinds) == 1 and "" not in kinds else ""
    return ""


def _kind_of_number(value: ast.expr) -> str:
    match value:
        case (
            ast.Constant(value=int())
            | ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int()))
        ):
            return "int"
    return ""


def _ends(text: SourceText, body: Sequence[ast.stmt]) -> Iterator[Edit]:
    """Turn the calls that end the process into returns."""
    for node in walk(body):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Name(id="exit" | "quit"))):
                yield Edit(text.start(node), text.end(node), "return")
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id="sys"), attr="exit"))
            ):
                yield Edit(text.start(node), text.end(node), "return")


def _prompts(text: SourceText, body: Sequence[ast.stmt]) -> Iterator[Edit]:
    """Take out the prints that only ask for input or greet."""
    for node in walk(body):
        match node:
            case ast.Expr(
                value=ast.Call(func=ast.Name(id="print"), args=[ast.Constant(value=told)])
            ):
                if isinstance(told, str) and PROMPT.match(told) and text.alone(node):
                    yield Edit(text.start(node), text.end(node), "pass")


def _indented(text: SourceText, statement: ast.stmt, edits: Sequence[Edit]) -> str:
    """Write a statement four columns further in, the inside of texts of many lines left alone."""
    start, end = text.unit(statement)
    first = text.line_start(text.start(statement))
    within = {
        line
        for node in walk([statement])
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }
    if within or text.line_start(start) != start:
        return _unparsed(text, statement, edits, first)
    lines = text.slice(start, end, edits).split("\n")
    return "\n".join(f"    {line}" if line.strip() else "" for line in lines)


def _unparsed(text: SourceText, statement: ast.stmt, edits: Sequence[Edit], first: int) -> str:
    """Write a statement that stands further in, or holds texts of many lines, anew."""
    end = text.end(statement)
    before = text.slice(first, text.start(statement))
    part = text.slice(first if not before.strip() else text.start(statement), end, edits)
    if not part.strip():
        return ""
    plain = f"if 1:\n{part}" if before and not before.strip() else part
    try:
        body = ast.parse(plain).body
    except SyntaxError as error:
        raise Unfit("has a script that can't be moved") from error
    inner = body[0].body if plain != part and isinstance(body[0], ast.If) else body
    return "\n".join(f"    {line}" for s in inner for line in ast.unparse(s).split("\n"))


def _is_alias(statement: ast.stmt) -> bool:
    """Whether a statement only gives reading another name: ``input = sys.stdin.readline``."""
    match statement:
        case ast.Assign(targets=[ast.Name()], value=ast.Attribute(attr="readline")):
            return True
    return False


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_long(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(n, ast.For | ast.While) for n in walk(body))
