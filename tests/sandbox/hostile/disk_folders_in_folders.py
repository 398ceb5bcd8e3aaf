# expect: Returned "deep" | Raised OSError
"""Makes a path so deep that no name for its end is short enough."""

import os


def main_solution():
    for _ in range(1000):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    return "deep"
