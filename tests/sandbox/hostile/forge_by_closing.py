# expect: Died protocol | Died exit 70
"""Closes the mapping of the records."""

import sys


def main_solution():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    frame.f_locals["records"]._pages.close()
    return "told"
