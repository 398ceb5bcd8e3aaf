# expect: Raised ValueError
"""Raises exceptions that are each other's cause and context."""


def main_solution():
    one, other = ValueError("one"), ValueError("other")
    one.__cause__ = one.__context__ = other
    other.__cause__ = other.__context__ = one
    raise one
