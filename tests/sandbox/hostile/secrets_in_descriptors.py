# expect: Returned [0, 1, 2]
"""Looks for a descriptor that somebody left open."""

import os


def main_solution():
    return [number for number in range(4096) if is_open(number)]


def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
