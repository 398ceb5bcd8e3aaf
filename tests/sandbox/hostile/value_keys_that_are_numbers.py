# expect: NotJson a key of type int
"""Returns a dict with a number for a key, which many writers make a string of."""


def main_solution():
    return {1: "a", "1": "b"}
