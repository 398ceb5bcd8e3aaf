# expect: Raised OSError
"""Opens files until no descriptor is left, and returns without one."""

import os


def main_solution():
    while True:
        os.open(os.devnull, os.O_RDONLY)
