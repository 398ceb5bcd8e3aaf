# expect: Raised Bad
"""Raises an exception that can't be a key and equals everything."""


class Bad(Exception):
    __hash__ = None

    def __eq__(self, other):
        return True


def main_solution():
    raise Bad
