# expect: Raised BaseExceptionGroup
"""Raises a group of groups, two hundred deep, with the end of the process within."""


def main_solution():
    error = SystemExit(0)
    for _ in range(200):
        error = BaseExceptionGroup("text", [error, KeyboardInterrupt()])
    raise error
