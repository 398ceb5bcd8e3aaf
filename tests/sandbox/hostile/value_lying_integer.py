# expect: Returned 7
"""Returns a subclass of int whose methods lie."""


class Number(int):
    def __int__(self):
        return 8

    __index__ = __trunc__ = __int__

    def __repr__(self):
        return "forged"

    __str__ = __format__ = __repr__

    def __bool__(self):
        raise SystemExit


def main_solution():
    return Number(7)
