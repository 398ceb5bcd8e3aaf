# given: file
# reaches at WEAK: there is no Landlock, and its user may write to files of the daemon's
# expect: Raised FileNotFoundError | Raised PermissionError
# expect at WEAK: Returned | Raised PermissionError
"""Writes to a file outside that everybody may write to."""


def main_solution(file):
    with open(file, "w") as opened:
        return opened.write("reached")
