# expect: Returned 1
"""Leaves the generator of random numbers at a place of its choice."""

import random


def main_solution():
    random.seed(1)
    random.gauss(0, 1)
    random.random = random.Random(7).random
    return 1
