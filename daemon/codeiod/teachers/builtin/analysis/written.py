"""The text of what a function needs of its file: its imports first, then the rest as it stands.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from codeiod.teachers.builtin.analysis.scopes import FUNCTIONS
from codeiod.teachers.builtin.analysis.slicing import IMPORTS, Closure, Slicer, methods_of
from codeiod.teachers.builtin.analysis.sourcetext import Edit, sorted_edits
from codeiod.teachers.builtin.analysis.survey import Survey
from codeiod.teachers.builtin.analysis.wellknown import BUILTINS, KNOWN_NAMES


def written(slicer: Slicer, closure: Closure, edits: Iterable[Edit] = ()) -> str:
    """Write the text of a closure: the imports that are used, then all the rest as it stands."""
    survey, extra = slicer.survey, list(edits)
    extra += slicer.drops.edits
    for statement in closure.statements:
        if isinstance(statement, ast.ClassDef):
            extra += _unused_methods(survey, statement, closure)
    ordered, imports = sorted_edits(extra), _imports(survey, closure)
    body = list[str]()
    for statement in closure.statements:
        if not isinstance(statement, IMPORTS) and statement not in slicer.drops.nodes:
            start, end = survey.text.unit(statement)
            wide = isinstance(statement, (*FUNCTIONS, ast.ClassDef))
            body.append(("\n\n" if wide or _after_wide(body) else "") + _clean(
                survey.text.slice(start, end, ordered)))  # fmt: skip
    gap = [""] if imports and body and not body[0].startswith("\n\n") else []
    return "\n".join([*imports, *gap, *body]).strip("\n") + "\n"


def _clean(text: str) -> str:
    """Take out blank lines at the ends and those that stand more than two together."""
    lines = [line.rstrip() if not line.strip() else line for line in text.strip("\n").split("\n")]
    kept = [b for a, b in zip(["", *lines], lines, strict=False) if a or b]
    return "\n".join(kept)


def _after_wide(body: list[str]) -> bool:
    return bool(body) and body[-1].startswith("\n\n")


def _imports(survey: Survey, closure: Closure) -> list[str]:
    """Write the imports of the names that are used, those that the author forgot included."""
    lines = dict[str, None]()
    for statement in closure.statements:
        if isinstance(statement, IMPORTS):
            for alias in statement.names:
                if (alias.asname or alias.name.partition(".")[0]) in closure.names:
                    lines[_import_line(statement, alias)] = None
    for name in sorted(closure.names):
        if survey.meaning(name) is None and name not in BUILTINS and name in KNOWN_NAMES:
            lines[KNOWN_NAMES[name]] = None
    ordered = sorted(lines, key=lambda line: (line.startswith("from"), line))
    late = any(d == "__future__.annotations" for d in survey.modules.values())
    return ["from __future__ import annotations", *ordered] if late else ordered


def _import_line(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    told = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
    if isinstance(statement, ast.ImportFrom):
        return f"from {'.' * statement.level}{statement.module or ''} import {told}"
    return f"import {told}"


def _unused_methods(survey: Survey, owner: ast.ClassDef, closure: Closure) -> list[Edit]:
    methods = methods_of(owner)
    unused = [m for m in methods if m not in closure.methods]
    edits = list[Edit]()
    for method in unused:
        start = survey.text.above(survey.text.line_start(survey.text.start(method)))
        edits.append(Edit(start, survey.text.line_end(survey.text.end(method)) + 1, ""))
    if edits and len(unused) == len(owner.body):
        indent = survey.text.indent(unused[0])
        edits[0] = Edit(edits[0].start, edits[0].end, f"{indent}pass\n")
    return edits
