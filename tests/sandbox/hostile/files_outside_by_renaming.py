# given: file
# reaches at WEAK: there is no Landlock, and its user may rename files of the daemon's
# expect: Raised FileNotFoundError | Raised PermissionError | Raised OSError
# expect at WEAK: Returned | Raised PermissionError | Raised OSError
"""Moves a file outside into its own folder."""

import os


def main_solution(file):
    os.rename(file, "mine")
    return os.listdir(".")
