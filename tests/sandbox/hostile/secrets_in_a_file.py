# given: file
# reaches at WEAK: there is no Landlock, and its user may read files of the daemon's
# expect: Raised FileNotFoundError | Raised PermissionError
# expect at WEAK: Returned | Raised PermissionError
"""Reads a file outside whose name it knows."""


def main_solution(file):
    with open(file) as opened:
        return opened.read()
