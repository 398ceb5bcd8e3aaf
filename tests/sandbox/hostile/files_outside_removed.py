# given: folder
# reaches at WEAK: there is no Landlock, and its user may write to folders of the daemon's
# expect: Raised FileNotFoundError | Raised PermissionError
# expect at WEAK: Returned | Raised PermissionError
"""Removes a file from a folder outside, and makes another."""

import os


def main_solution(folder):
    os.remove(f"{folder}/secret")
    os.mkdir(f"{folder}/made")
