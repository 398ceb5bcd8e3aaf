# expect: Returned "closed"
"""Leaves folders that nobody may enter or list, itself included, and its own folder too."""

import os


def main_solution():
    os.makedirs("a/b/c")
    open("a/b/c/file", "w").close()
    for path in ("a/b/c", "a/b", "a", "."):
        os.chmod(path, 0)
    return "closed"
