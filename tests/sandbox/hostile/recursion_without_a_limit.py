# expect: OverMemory | Died SIGSEGV | TimedOut | Raised RecursionError | Raised SystemError
"""Calls itself without end, and without the interpreter's limit."""

import sys


def main_solution():
    sys.setrecursionlimit(2**31 - 1)
    return recurse(0)


def recurse(depth):
    return recurse(depth + 1) + 1
