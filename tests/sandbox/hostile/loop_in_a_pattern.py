# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Matches a pattern that takes exponential time, in C."""

import re


def main_solution():
    return bool(re.match(r"(a+)+$", "a" * 60 + "b"))
