# expect: Returned | Raised | NotJson | Died | TimedOut cpu | TimedOut wall | OverMemory
"""Overwrites the small integers, which all code shares."""

import ctypes


def main_solution():
    for number in range(4, 200):
        ctypes.memset(id(number) + 24, 3, 1)
    return [4, 5, 6, 70]
