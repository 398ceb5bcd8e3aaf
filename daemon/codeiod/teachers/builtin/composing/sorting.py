"""In which order something is sorted, in words.

Imports the standard library and the formulas.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codeiod.teachers.builtin.composing.formulas import formula, is_short


def how_sorted(keywords: Sequence[ast.keyword]) -> str:
    """Say in which order something is sorted; ``""`` where that has no words."""
    order, by = "ascending", ""
    for keyword in keywords:
        match keyword:
            case ast.keyword(arg="reverse", value=ast.Constant(value=bool(down))):
                order = "descending" if down else order
            case ast.keyword(arg="key", value=ast.Name(id="len")):
                by = " of their lengths"
            case ast.keyword(arg="key", value=ast.Lambda(args=takes, body=value)) if len(
                takes.args
            ) == 1 and is_short(value):
                by = f" of {formula(value)}, where {formula(takes)} is the item"
            case _:
                return ""
    return f"sorted in {order} order{by}"
