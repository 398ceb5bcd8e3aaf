# expect: OverOutput
"""Returns a few lists that hold each other so that their text has 2 ** 100 parts."""


def main_solution():
    value = []
    for _ in range(100):
        value = [value, value]
    return value
