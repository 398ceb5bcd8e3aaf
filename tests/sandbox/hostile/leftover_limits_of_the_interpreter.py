# calls: 2
# expect: Returned 1
"""Leaves the interpreter's own settings at their ends."""

import sys
import threading


def main_solution():
    sys.setswitchinterval(1e9)
    sys.set_int_max_str_digits(640)
    sys.setrecursionlimit(2**31 - 1)
    sys.dont_write_bytecode = False
    threading.stack_size(1 << 20)
    return 1
