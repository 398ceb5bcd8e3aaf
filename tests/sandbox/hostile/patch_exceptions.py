# expect: Raised | Died | LoadFailed
"""Raises an exception whose class was made to look like the ones that its caller raises."""


class NotJsonError(Exception):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


NotJsonError.__module__ = "guest.encode"


def main_solution():
    raise NotJsonError("forged")
