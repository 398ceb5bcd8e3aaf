# expect: Raised Bad
"""Raises an exception that raises when it is asked for its text."""


class Bad(Exception):
    def __str__(self):
        raise SystemExit

    __repr__ = __str__


def main_solution():
    raise Bad
