# given: file
# reaches at WEAK: there is no Landlock, and its user may read files of the daemon's
# expect: Raised FileNotFoundError | Raised PermissionError
# expect at WEAK: Returned | Raised PermissionError
"""Walks up from its own folder and down again to a file outside."""


def main_solution(file):
    with open("../" * 20 + file) as opened:
        return opened.read()
