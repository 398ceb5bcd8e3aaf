# expect: Returned "last words" | Died exit 5
"""Returns an object that ends the process when it is let go after it was read."""

import os


class Last(str):
    def __del__(self):
        os._exit(5)


def main_solution():
    return Last("last words")
