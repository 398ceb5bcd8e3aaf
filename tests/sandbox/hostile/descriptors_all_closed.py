# expect: Returned "told all the same"
"""Closes every descriptor there is, and puts its own in the place of the first hundred."""

import os


def main_solution():
    os.closerange(0, 1 << 20)
    file = os.open(os.devnull, os.O_RDWR)
    for number in range(60):
        os.dup2(file, number)
    return "told all the same"
