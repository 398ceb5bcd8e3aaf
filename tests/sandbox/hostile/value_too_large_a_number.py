# expect: NotJson an integer of more than 4300 digits
"""Returns a number of a hundred thousand digits, with the interpreter's limit taken away."""

import sys


def main_solution():
    sys.set_int_max_str_digits(0)
    return 10**100_000
