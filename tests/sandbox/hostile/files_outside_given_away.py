# given: file
# expect: Raised FileNotFoundError | Raised PermissionError
"""Changes the owner of a file outside."""

import os


def main_solution(file):
    os.chown(file, os.getuid(), os.getgid())
    return "given"
