# expect: Raised SyntaxError
"""Raises an error of syntax at a line of five thousand digits."""

import sys


def main_solution():
    error = SyntaxError("text")
    error.filename = "program.py"
    error.lineno = 10**5000
    sys.set_int_max_str_digits(0)
    raise error
