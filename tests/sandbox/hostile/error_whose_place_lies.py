# expect: Raised ValueError | Died protocol
"""Raises in code whose file has a name that fights back."""


class Name(str):
    def __eq__(self, other):
        raise SystemExit

    __hash__ = str.__hash__


def fail():
    raise ValueError("text")


def main_solution():
    fail.__code__ = fail.__code__.replace(co_filename=Name("program.py"))
    fail()
