"""Constants and expressions as they stand in prose: between backticks, joined, or as JSON has them.

Imports the standard library only.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence

LONGEST_FORMULA_CHARS = 140


def constant(value: object) -> str:
    """Write a constant as JSON has it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case "":
            return "an empty text"
        case str():
            return f"`{json.dumps(value, ensure_ascii=False)}`"
    return str(value)


def formula(node: ast.AST) -> str:
    """Write an expression as it stands, between backticks."""
    return f"`{ast.unparse(node)}`"


def is_short(node: ast.AST) -> bool:
    """Whether a formula can be read at a glance."""
    return len(ast.unparse(node)) <= LONGEST_FORMULA_CHARS


def listed(parts: Sequence[str], word: str = "and") -> str:
    """Join parts as prose does: ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
