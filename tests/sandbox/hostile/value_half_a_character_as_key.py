# expect: NotJson a lone surrogate in a string
"""Returns a dict with half a character as its key."""


def main_solution():
    return {"\udfff": 1}
