"""JSON values from text, strictly, and the same from Python's spelling of them.

Imports the standard library only. Numbers keep their exact meaning: ints of any size that Python
reads, floats as the nearest double.
"""

import ast
import json
import math
import re
import warnings
from dataclasses import dataclass
from typing import Any, NoReturn

DEEPEST = 100  # levels of nesting
ESCAPED_BRACE = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\\([{}])""")
CONSTANTS = {"true": True, "false": False, "null": None}


class Malformed(ValueError):
    """The text is no object at all."""


class Refused(ValueError):
    """The text is an object, but not one of JSON values."""


@dataclass(slots=True)
class Reader:
    """Read objects, within a bound on the work that all readings together may take.

    The bound for Python's spelling is lower, since its parser is a hundred times dearer.
    """

    json_chars_left: int = 20_000_000
    python_chars_left: int = 200_000

    def read(self, text: str) -> dict[str, Any]:
        """Read one object.

        :raises Malformed: it is none, or reading it would exceed the bound.
        :raises Refused: it holds what is no JSON value.
        """
        self.json_chars_left -= len(text)
        if self.json_chars_left < 0:
            raise Malformed("too much to read")
        try:
            value = read_json(text)
        except Malformed:
            self.python_chars_left -= len(text)
            if self.python_chars_left < 0:
                raise
            value = read_python(ESCAPED_BRACE.sub(lambda m: m[1] or m[2], text))
        if not isinstance(value, dict):
            raise Malformed("not an object")
        return value


def read_json(text: str) -> Any:
    """Read strict JSON: no NaN, no infinity, no key twice, no lone surrogate.

    :raises Malformed: it is no JSON.
    :raises Refused: it is, but breaks one of these rules.
    """
    try:
        value = json.loads(
            text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_distinct
        )
    except json.JSONDecodeError as error:
        raise Malformed(str(error)) from None
    except RecursionError:
        raise Refused("nested too deep") from None
    except Refused:
        raise
    except ValueError as error:  # an int of more digits than Python reads
        raise Refused(str(error)) from None
    return _checked(value)


def read_python(text: str) -> Any:
    """Read a Python literal, or a mixture of both spellings, as JSON values; tuples become lists.

    :raises Malformed: it does not parse.
    :raises Refused: it holds more than literals of JSON's kinds.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise Malformed(str(error)) from None
    try:
        return _checked(_value(tree.body))
    except RecursionError:
        raise Refused("nested too deep") from None


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=None | bool() | int() | str() as value):
            return value
        case ast.Constant(value=float() as value):
            return _finite(repr(value))
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float()) as number):
            return _negative(_value(number))
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [_value(e) for e in elements]
        case ast.Dict(keys=keys, values=values):
            return _distinct([(_key(k), _value(v)) for k, v in zip(keys, values, strict=True)])
    raise Refused(f"{type(node).__name__} is no JSON value")


def _negative(value: Any) -> Any:
    if isinstance(value, bool):
        raise Refused("a negated truth value is no JSON value")
    return -value


def _key(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise Refused("a key that is no string")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused("a key that is given twice")
    return found


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise Refused(f"{number} is not finite")
    return value


def _refuse(constant: str) -> NoReturn:
    raise Refused(f"{constant} is not finite")


def _checked(value: Any) -> Any:
    """Hand a value through if it is flat enough and all its strings are text."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return value
    raise Refused("nested too deep")


def _inside(value: Any) -> list[Any]:
    match value:
        case str():
            if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
                raise Refused("a lone surrogate")
        case int() if not isinstance(value, bool):
            _digits(value)
        case list():
            return value
        case dict():
            return [*value, *value.values()]
    return []


def _digits(value: int) -> None:
    try:
        str(value)
    except ValueError as error:  # hexadecimal may be longer than what can be written
        raise Refused(str(error)) from None
