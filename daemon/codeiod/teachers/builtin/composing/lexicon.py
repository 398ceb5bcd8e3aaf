"""The words for Python's operators, builtins and methods, as templates.

Imports the standard library only. ``{0}`` is the operand, the argument or what a method is called
on; what has no entry here has no words and stays a formula.
"""

from __future__ import annotations

import ast

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
    "bin": "{0} in binary notation after `0b`", "floor": "{0} rounded down",
    "ceil": "{0} rounded up", "bool": "whether {0} holds",
    "Counter": "the number of occurrences of each item of {0}",
    "enumerate": "{0} with their positions", "factorial": "the factorial of {0}",
}  # fmt: skip
OF_TWO = {
    "max": "the larger of {0} and {1}", "min": "the smaller of {0} and {1}",
    "pow": "{0} to the power of {1}", "gcd": "the greatest common divisor of {0} and {1}",
    "round": "{0} rounded to {1} decimals", "zip": "{0} and {1} side by side",
    "divmod": "quotient and remainder of {0} divided by {1}",
}  # fmt: skip
METHODS = {
    "pop": "the last item of {0} (which is taken off)",
    "popleft": "the first item of {0} (which is taken off)",
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
    "count": "how often {1} occurs in {0}", "index": "the first position of {1} in {0}",
    "find": "the first position of {1} in {0} (-1 where it does not occur)",
    "startswith": "{0} begins with {1}",
    "endswith": "{0} ends with {1}", "join": "{1} joined by {0}", "split": "{0} split at {1}",
    "get": "what {0} holds for {1} (null where it holds nothing)",
    "union": "{0} together with {1}",
}  # fmt: skip
CONDITION_METHODS = ("isdigit", "isalpha", "isupper", "islower", "isspace", "isalnum",
                     "startswith", "endswith")  # fmt: skip
AUGMENTED = {
    ast.Add: "add {1} to {0}", ast.Sub: "decrease {0} by {1}", ast.Mult: "multiply {0} by {1}",
    ast.FloorDiv: "divide {0} by {1}, rounding down", ast.Div: "divide {0} by {1}",
    ast.Mod: "replace {0} by its remainder modulo {1}", ast.Pow: "raise {0} to the power of {1}",
    ast.BitXor: "combine {0} with {1} by exclusive or",
    ast.BitAnd: "combine {0} with {1} by bitwise and",
    ast.BitOr: "combine {0} with {1} by bitwise or", ast.RShift: "shift {0} right by {1} bits",
    ast.LShift: "shift {0} left by {1} bits",
}  # fmt: skip
DONE = {
    "append": "append {1} to {0}", "add": "add {1} to {0}", "sort": "sort {0} in ascending order",
    "reverse": "reverse {0}", "pop": "remove the last item of {0}",
    "extend": "append all of {1} to {0}",
    "remove": "remove the first {1} from {0}", "appendleft": "put {1} in front of {0}",
    "popleft": "remove the first item of {0}", "clear": "empty {0}",
    "discard": "remove {1} from {0}",
}  # fmt: skip
MODULES = frozenset(
    ("np", "numpy", "re", "itertools", "functools", "os", "string", "heapq", "bisect",
     "collections", "copy", "operator", "random")
)  # fmt: skip
"""Names whose attributes are functions, no methods of a value."""
