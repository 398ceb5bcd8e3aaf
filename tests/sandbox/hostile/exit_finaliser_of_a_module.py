# expect: Returned 5
"""Leaves an object whose finaliser ends the process when the module is torn down."""

import os


class Last:
    def __del__(self):
        os._exit(9)


last = Last()


def main_solution():
    return 5
