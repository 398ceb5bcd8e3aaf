# expect: Raised TypeError
"""Raises what is no exception."""


def main_solution():
    raise 7
