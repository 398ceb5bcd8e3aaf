# given: file
# expect: Raised FileNotFoundError | Raised PermissionError
"""Sets an extended attribute of a file outside."""

import os


def main_solution(file):
    os.setxattr(file, "user.codeiod-hostile", b"x")
    return "set"
