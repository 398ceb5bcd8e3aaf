# calls: 2
# expect: Returned 7 | Raised Forged
"""Puts a module that raises in the place of the one that would be seeded for the next call."""

import sys


class Forged(BaseException):
    pass


class Module:
    def seed(self, number):
        raise Forged


def main_solution():
    sys.modules["numpy.random"] = Module()
    return 7
