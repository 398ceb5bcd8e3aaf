# expect: NotJson a key of type tuple
"""Returns a dict with a tuple for a key."""


def main_solution():
    return {(1, 2): 3}
