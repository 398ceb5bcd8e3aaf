# expect: Raised RecursionError
"""Asks for the text of a list that is nested a hundred thousand times."""


def main_solution():
    value = []
    for _ in range(100_000):
        value = [value]
    return repr(value)
