# expect: Returned 2.5
"""Returns a subclass of float whose methods lie."""


class Number(float):
    def __float__(self):
        return float("nan")

    def __repr__(self):
        return "1e999"

    __str__ = __format__ = __repr__

    def __sub__(self, other):
        raise SystemExit

    __rsub__ = __eq__ = __ne__ = __sub__


def main_solution():
    return Number(2.5)
