# expect: Returned "counted"
"""Leaves a message for later programs in the number that the next new file gets."""

import os


def main_solution():
    for _ in range(77):
        open("file", "w").close()
        os.unlink("file")
    return "counted"
