# expect: Returned "marked"
"""Leaves a message for later programs in the times of its folder."""

import os


def main_solution():
    os.utime(".", (1, 1))
    return "marked"
