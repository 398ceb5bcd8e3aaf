# expect: NotJson a number that is not finite
"""Returns what is beyond all numbers."""


def main_solution():
    return [-float("inf")]
