# expect: NotJson a lone surrogate in a string
"""Returns a string with half a character in it."""


def main_solution():
    return "a\ud800"
