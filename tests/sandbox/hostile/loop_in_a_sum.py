# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Adds up all numbers, in C and with the interpreter's lock."""

import itertools


def main_solution():
    return sum(itertools.count())
