# expect: Died exit 7
"""Has a local object end the process as the function returns."""

import os


class Local:
    def __del__(self):
        os._exit(7)


def main_solution():
    local = Local()
    return local is None
