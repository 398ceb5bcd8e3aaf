"""Expressions of Python in plain words: ``x % 2 == 0`` is "`x` is even".

Imports the standard library only. What has no good words stays a formula between backticks.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence

LONGEST_FORMULA_CHARS = 110
COMPARED = {
    ast.Eq: "is equal to", ast.NotEq: "is not equal to", ast.Lt: "is less than",
    ast.LtE: "is at most", ast.Gt: "is greater than", ast.GtE: "is at least",
    ast.In: "occurs in", ast.NotIn: "does not occur in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
OPPOSITE = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE,
    ast.LtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OF_ONE = {
    "len": "the length of {0}", "sum": "the sum of {0}", "abs": "the absolute value of {0}",
    "sorted": "{0} sorted in ascending order", "reversed": "{0} in reverse order",
    "set": "the distinct items of {0}", "int": "{0} as a whole number", "str": "{0} as text",
    "float": "{0} as a decimal number", "list": "the list of {0}", "tuple": "{0}",
    "max": "the largest of {0}", "min": "the smallest of {0}", "sqrt": "the square root of {0}",
    "ord": "the character code of {0}", "chr": "the character with code {0}",
    "any": "whether any of {0} holds", "all": "whether all of {0} hold", "round": "{0} rounded",
    "bin": "{0} in binary notation", "floor": "{0} rounded down", "ceil": "{0} rounded up",
    "Counter": "the number of occurrences of each item of {0}", "bool": "whether {0} holds",
    "enumerate": "{0} with their positions", "factorial": "the factorial of {0}",
}  # fmt: skip
OF_TWO = {
    "max": "the larger of {0} and {1}", "min": "the smaller of {0} and {1}",
    "pow": "{0} to the power of {1}", "gcd": "the greatest common divisor of {0} and {1}",
    "round": "{0} rounded to {1} decimals", "zip": "{0} and {1} side by side",
    "divmod": "quotient and remainder of {0} divided by {1}",
}  # fmt: skip
METHODS = {
    "pop": "the last item of {0}, which is taken off",
    "popleft": "the first item of {0}, which is taken off",
    "lower": "{0} in small letters", "upper": "{0} in capital letters",
    "strip": "{0} without blanks at its ends", "split": "the words of {0}",
    "keys": "the keys of {0}", "values": "the values of {0}", "items": "the entries of {0}",
    "copy": "a copy of {0}", "isdigit": "{0} consists of digits",
    "isalpha": "{0} consists of letters",
    "isupper": "{0} is in capital letters", "islower": "{0} is in small letters",
    "isspace": "{0} is blank", "isalnum": "{0} consists of letters and digits",
    "title": "{0} with a capital at each word", "capitalize": "{0} with a first capital",
}  # fmt: skip
METHODS_OF_ONE = {
    "count": "how often {1} occurs in {0}", "index": "the position of {1} in {0}",
    "find": "the position of {1} in {0}", "startswith": "{0} begins with {1}",
    "endswith": "{0} ends with {1}", "join": "{1} joined by {0}", "split": "{0} split at {1}",
    "get": "what {0} holds for {1}", "union": "{0} together with {1}",
}  # fmt: skip
FORMULA = (
    ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Subscript,
    ast.Slice, ast.Attribute, ast.expr_context, ast.Tuple, ast.List,
)  # fmt: skip
CONDITION_METHODS = ("isdigit", "isalpha", "isupper", "islower", "isspace", "isalnum",
                     "startswith", "endswith")  # fmt: skip


def say(node: ast.expr) -> str:
    """Say what a value is, as a noun phrase or a formula."""
    match node:
        case ast.Constant():
            return constant(node.value)
        case ast.List(elts=[]) | ast.Call(func=ast.Name(id="list"), args=[]):
            return "an empty list"
        case ast.Dict(keys=[]) | ast.Call(func=ast.Name(id="dict"), args=[]):
            return "an empty mapping"
        case ast.Call(func=ast.Name(id="set"), args=[]):
            return "an empty set"
        case ast.Subscript(value=value, slice=ast.Slice(None, None, step)) if _minus_one(step):
            return f"{say(value)} reversed"
        case ast.Call(keywords=[]):
            return _call(node)
        case (
            ast.ListComp(elt=one, generators=[loop]) | ast.GeneratorExp(elt=one, generators=[loop])
        ):
            return _comprehension(one, loop)
        case ast.IfExp(test=test, body=yes, orelse=no):
            return f"{say(yes)} if {condition(test)}, else {say(no)}"
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return f"whether {condition(node)}"
    return formula(node)


def condition(node: ast.expr) -> str:
    """Say when a condition holds, as a clause."""
    match node:
        case ast.Compare(left=left, ops=operators, comparators=rights):
            chain = zip([left, *rights], operators, rights, strict=False)
            return " and ".join(_compared(*link) for link in chain)
        case ast.BoolOp(op=operator, values=values):
            word = " and " if isinstance(operator, ast.And) else " or "
            return word.join(condition(value) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _negated(inner)
        case ast.Call(func=ast.Attribute(attr=name)) if name in CONDITION_METHODS:
            return _call(node)
        case ast.Name() | ast.Subscript() | ast.Attribute():
            return f"{say(node)} is true (not zero, empty or null)"
        case ast.Constant(value=bool(value)):
            return "always" if value else "never"
    return f"{say(node)} holds"


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


def _call(node: ast.Call) -> str:
    arguments = [a for a in node.args if not isinstance(a, ast.Starred)]
    if len(arguments) < len(node.args):
        return formula(node)
    match node.func, len(arguments):
        case ((ast.Name(id=name) | ast.Attribute(attr=name, value=ast.Name(id="math"))), 1):
            known = OF_ONE.get(name)
        case ((ast.Name(id=name) | ast.Attribute(attr=name, value=ast.Name(id="math"))), 2):
            known = OF_TWO.get(name)
        case ast.Attribute(attr=name, value=held), count if count < 2:
            known = (METHODS, METHODS_OF_ONE)[count].get(name)
            arguments = [held, *arguments]
        case _:
            known = None
    return known.format(*(say(a) for a in arguments)) if known else formula(node)


def _comprehension(one: ast.expr, loop: ast.comprehension) -> str:
    such = [condition(test) for test in loop.ifs]
    where = f" for which {listed(such)}" if such else ""
    source = items_of(loop.iter)
    if ast.unparse(one) == ast.unparse(loop.target):
        return f"all {formula(one)} from {source}{where}"
    return f"{say(one)} for each {formula(loop.target)} from {source}{where}"


def items_of(node: ast.expr) -> str:
    """Say what a loop runs over."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=arguments):
            return _range(arguments)
        case ast.Call(func=ast.Name(id="enumerate"), args=[held, *_]):
            return f"the positions and items of {say(held)}"
    return say(node)


def _range(arguments: Sequence[ast.expr]) -> str:
    match arguments:
        case [stop]:
            return f"0 to {_before(stop)}"
        case [start, stop]:
            return f"{say(start)} to {_before(stop)}"
        case [start, stop, step] if _minus_one(step):
            return f"{say(start)} down to {_after(stop)}"
        case [start, stop, step]:
            return f"{say(start)} up to but not including {say(stop)} in steps of {say(step)}"
    return "a range"


def _before(stop: ast.expr) -> str:
    match stop:
        case ast.Constant(value=int(number)):
            return str(number - 1)
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=1)):
            return say(left)
        case ast.Call():
            return f"{say(stop)} minus 1"
    return f"`{ast.unparse(stop)} - 1`"


def _after(stop: ast.expr) -> str:
    match stop:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)):
            return "0"
        case ast.Constant(value=int(number)):
            return str(number + 1)
        case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=1)):
            return say(left)
    return f"`{ast.unparse(stop)} + 1`"


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> str:
    match left, operator, right:
        case ast.BinOp(left=one, op=ast.Mod(), right=by), ast.Eq() | ast.NotEq(), ast.Constant(
            value=0
        ):
            return _divisible(one, by, isinstance(operator, ast.Eq))
        case ast.BinOp(left=one, op=ast.Mod(), right=ast.Constant(value=2)), ast.Eq(), ast.Constant(
            value=1
        ):
            return f"{say(one)} is odd"
        case ast.Call(func=ast.Name(id="len"), args=[held]), ast.Eq(), ast.Constant(value=0):
            return f"{say(held)} is empty"
        case _, ast.Eq() | ast.Is(), ast.Constant(value=None | bool()):
            return f"{say(left)} is {say(right)}"
        case _, ast.NotEq() | ast.IsNot(), ast.Constant(value=None | bool()):
            return f"{say(left)} is not {say(right)}"
        case _, ast.Eq(), ast.List(elts=[]) | ast.Constant(value=""):
            return f"{say(left)} is empty"
    return f"{say(left)} {COMPARED[type(operator)]} {say(right)}"


def _divisible(one: ast.expr, by: ast.expr, wanted: bool) -> str:
    if isinstance(by, ast.Constant) and by.value == 2:
        return f"{say(one)} is {'even' if wanted else 'odd'}"
    return f"{say(one)} is {'' if wanted else 'not '}divisible by {say(by)}"


def _negated(inner: ast.expr) -> str:
    match inner:
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _compared(left, OPPOSITE[type(operator)](), right)
        case ast.Name() | ast.Subscript() | ast.Attribute():
            return f"{say(inner)} is zero, empty, null or false"
    return f"it is not so that {condition(inner)}"


def _minus_one(node: ast.expr | None) -> bool:
    return node is not None and ast.unparse(node) == "-1"
