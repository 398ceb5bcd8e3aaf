# given: file
# reaches at WEAK: there is no Landlock, and its user may read files of the daemon's
# expect: Raised FileNotFoundError | Raised PermissionError
# expect at WEAK: Returned | Raised PermissionError
"""Reads and writes a file outside through a symbolic link in its own folder."""

import os


def main_solution(file):
    os.symlink(file, "link")
    with open("link", "r+") as opened:
        return opened.read()
