# expect: Raised OSError
"""Makes a descriptor of a number beyond what is ever closed."""

import os


def main_solution():
    return os.dup2(0, 1 << 20)
