# given: file
# expect: Raised FileNotFoundError
# expect at NO_NAMESPACES: Returned 36
# expect at WEAK: Returned 36
"""Asks for the size of a file outside: Landlock hides what files hold, and not that they are."""

import os


def main_solution(file):
    return os.stat(file).st_size
