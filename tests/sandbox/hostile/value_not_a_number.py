# expect: NotJson a number that is not finite
"""Returns what is no number."""


def main_solution():
    return {"a": [1.0, float("nan")]}
