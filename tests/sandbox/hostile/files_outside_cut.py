# given: file
# reaches at WEAK: there is no Landlock, and its user may write to files of the daemon's
# expect: Raised FileNotFoundError | Raised PermissionError
# expect at WEAK: Returned | Raised PermissionError
"""Cuts a file outside, without opening it."""

import os


def main_solution(file):
    return os.truncate(file, 0)
