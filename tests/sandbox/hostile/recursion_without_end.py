# limits: call_seconds=1.0
# expect: Raised RecursionError
"""Calls itself without end."""


def main_solution():
    return main_solution()
