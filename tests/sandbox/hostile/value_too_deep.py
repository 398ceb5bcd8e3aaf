# expect: NotJson nested deeper than 256
"""Returns a list that is nested a hundred thousand times."""


def main_solution():
    value = []
    for _ in range(100_000):
        value = [value]
    return value
