# expect: Raised Bad
"""Raises an exception whose attributes raise, its traceback, cause and context among them."""


class Bad(Exception):
    def __getattribute__(self, name):
        raise SystemExit


def main_solution():
    raise Bad("text") from Bad("cause")
