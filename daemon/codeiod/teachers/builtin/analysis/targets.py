"""One function or method made into a candidate, or the reason why it can't be one.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from codeiod.teachers.builtin.analysis.arguments import take_arguments
from codeiod.teachers.builtin.analysis.cut import Cut, File, decorators_of, names_of
from codeiod.teachers.builtin.analysis.docs import words_of
from codeiod.teachers.builtin.analysis.effort import is_trivial, logic_in
from codeiod.teachers.builtin.analysis.objects import make_object, set_afresh, state_of_others
from codeiod.teachers.builtin.analysis.outcomes import find_result, select
from codeiod.teachers.builtin.analysis.printing import COLLECTOR
from codeiod.teachers.builtin.analysis.purity import Outside, hindrance
from codeiod.teachers.builtin.analysis.scopes import (
    FUNCTIONS,
    Function,
    globals_declared,
)
from codeiod.teachers.builtin.analysis.slicing import IMPORTS, Unfit
from codeiod.teachers.builtin.analysis.telling import summary_for
from codeiod.teachers.builtin.analysis.wellknown import (
    BUILTINS,
)
from codeiod.teachers.builtin.analysis.wrapping import Wrapper, free_name, snake
from codeiod.teachers.builtin.analysis.written import written
from codeiod.teachers.builtin.candidates import Candidate
from codeiod_prompts import ENTRY_POINT, GENERATOR

GENERIC_NAMES = ("solve", "solution", "main", "run", "func", "f", "calculate", "compute", "call")


@dataclass(frozen=True, slots=True)
class Made:
    """A candidate, the function that it was made of, and the functions that it leans on."""

    candidate: Candidate
    function: Function
    leans_on: tuple[Function, ...]


def candidate_of(file: File, function: Function, owner: ast.ClassDef | None) -> Made:
    """Make a candidate of a function of the module or of a method of a class.

    :raises Unfit: it can't be called with plain values for a value that hangs on them alone.
    """
    _refuse_by_kind(function, owner)
    cut = Cut.of(file, function, owner)
    _refuse_impure(cut)
    return Made(_candidate(cut, _wrapper(cut)), function, tuple(cut.closure.functions()))


def _refuse_by_kind(function: Function, owner: ast.ClassDef | None) -> None:
    if isinstance(function, ast.AsyncFunctionDef):
        raise Unfit("is asynchronous")
    bases = [ast.unparse(b).split(".")[-1] for b in owner.bases] if owner else []
    if function.name.lower().startswith("test") or "TestCase" in bases:
        raise Unfit("is a test")
    if owner and function.name.startswith("__"):
        raise Unfit("is a special method")
    if decorators_of(function) & {"property", "abstractmethod", "setter"}:
        raise Unfit("is a property or abstract")
    if function.name in (ENTRY_POINT, GENERATOR):
        raise Unfit(f"is already called {function.name}")


def _refuse_impure(cut: Cut) -> None:
    own = cut.survey.bound.keys() - set(cut.survey.modules)
    names = frozenset(cut.closure.names - own) - ({"print"} - set(cut.survey.modules))
    outside = Outside(cut.survey.modules, names | _left_prints(cut))
    if why := hindrance(cut.pieces, outside, cut.dropped):
        raise Unfit(why)
    if strange := state_of_others(cut):
        raise Unfit(f"needs `self.{strange}`, which another method sets")
    missing = cut.closure.missing - globals_declared(cut.pieces)
    if cut.kind and cut.kind.own:
        missing -= {cut.kind.name}
    if missing:
        raise Unfit(f"uses `{min(missing)}`, which the file does not define")
    if {ENTRY_POINT, GENERATOR} & {n for s in cut.closure.statements for n in _binds(s)}:
        raise Unfit(f"leans on a function called {ENTRY_POINT}")
    alone = len(cut.closure.functions()) - sum(m.name == "__init__" for m in cut.closure.methods)
    if is_trivial(cut.pieces if alone > 1 else [cut.function], cut.dropped):
        raise Unfit("is too small to ask about")


def _left_prints(cut: Cut) -> set[str]:
    """Where prints are left out, one that is left stands where it can't be taken out."""
    return {"print"} if cut.has_result else set()


def _wrapper(cut: Cut) -> Wrapper:
    taken = set(cut.survey.bound) & (cut.closure.names | {cut.function.name})
    taken |= {s.name for s in cut.closure.statements if isinstance(s, ast.ClassDef)} | {
        COLLECTOR,
        ENTRY_POINT,
        GENERATOR,
    }
    wrapper = Wrapper("", cut.function.name, taken)
    if cut.kind:
        wrapper.taken |= {cut.kind.build, cut.kind.read, cut.kind.name}
    set_afresh(cut, wrapper)
    if cut.owner:
        make_object(cut, wrapper)
    take_arguments(cut, wrapper)
    find_result(cut, wrapper)
    select(cut, wrapper)
    wrapper.name = free_name(
        snake(cut.function.name),
        {*cut.survey.bound, *BUILTINS, *taken, *(p.name for p in wrapper.parameters)},
    )
    return wrapper


def _candidate(cut: Cut, wrapper: Wrapper) -> Candidate:
    if not wrapper.parameters:
        raise Unfit("takes no arguments")
    source = _source(cut, wrapper)
    told = summary_for(cut.survey, cut.function, cut.owner, cut.doc)
    generic = cut.doc.returns if not cut.function.returns else ""
    return Candidate(
        source=source,
        target=wrapper.name if wrapper.needed else cut.function.name,
        parameters=tuple(wrapper.parameters),
        returns="list" if wrapper.each[0] else cut.returns() or generic,
        doc=told,
        title=_title(cut),
        examples=_examples(cut, wrapper),
        result_is_printed=cut.prints,
        score=_score(cut, wrapper),
        wrapped=wrapper.needed,
        each=wrapper.each[0],
    )


def _source(cut: Cut, wrapper: Wrapper) -> str:
    text = written(cut.slicer, cut.closure, cut.printed.edits)
    parts = list[str]()
    kind = cut.kind
    used = kind and any(f"{kind.build}(" in a for a in wrapper.arguments + wrapper.before)
    makes = kind and kind.own and (used or kind.name in cut.closure.names)
    if kind and makes:
        text = _after_imports(text, kind.class_text())
    if kind and used:
        parts.append(kind.build_text())
    if kind and kind.read in wrapper.converted + wrapper.after:
        parts.append(kind.read_text())
    if cut.printed.shared:
        text = _after_imports(text, f"{COLLECTOR} = []\n")
    if wrapper.needed:
        parts.append(wrapper.text())
    return "\n\n".join([text, *parts])


def _title(cut: Cut) -> str:
    own = words_of(cut.function.name)
    if own in GENERIC_NAMES:
        return words_of(cut.owner.name) if cut.owner and cut.owner.name != "Solution" else own
    return own


def _examples(cut: Cut, wrapper: Wrapper) -> tuple[Mapping[str, str], ...]:
    if len(names_of(cut.function)) != len(wrapper.parameters):
        return ()
    names = names_of(cut.function)
    renamed = dict(zip(names, [p.name for p in wrapper.parameters], strict=True))
    found = cut.file.calls.of(cut.function.name, names)
    plural = wrapper.each[0]
    return tuple(
        {renamed[k]: f"[{v}]" if renamed[k] == plural else v for k, v in example.items()}
        for example in found
    )


def _score(cut: Cut, wrapper: Wrapper) -> float:
    weight = min(logic_in(cut.pieces, cut.dropped), 60.0)
    own = min(logic_in([cut.function], cut.dropped), 30.0)
    known = sum(bool(p.annotation) for p in wrapper.parameters) / len(wrapper.parameters)
    shown = 3.0 if _examples(cut, wrapper) else 0.0
    return weight + own + 6 * known + shown - 2 * max(0, len(wrapper.parameters) - 3)


def _binds(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, IMPORTS):
        return [a.asname or a.name for a in statement.names]
    return []


def _after_imports(text: str, part: str) -> str:
    """Put a part behind the imports that a module begins with."""
    lines, at = text.split("\n"), 0
    while at < len(lines) and lines[at].startswith(("import ", "from ")):
        at += 1
    head = "\n".join(lines[:at])
    return (
        "\n\n\n".join(p.strip("\n") for p in (head, part, "\n".join(lines[at:])) if p.strip())
        + "\n"
    )
