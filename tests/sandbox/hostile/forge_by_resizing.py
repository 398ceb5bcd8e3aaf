# expect: Raised OSError | Raised ValueError | Raised SystemError | Died SIGBUS | Died SIGSEGV
"""Shrinks the file of records below what its reader expects."""

import sys


def main_solution():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    with open("file", "wb") as file:
        file.write(b"x")
        frame.f_locals["records"]._pages.resize(1)
    return "resized"
