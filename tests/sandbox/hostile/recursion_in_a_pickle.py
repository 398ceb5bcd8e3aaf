# expect: Raised RecursionError | Died SIGSEGV
"""Pickles and copies what is nested a hundred thousand times."""

import copy
import pickle


def main_solution():
    value = []
    for _ in range(100_000):
        value = [value]
    return len(pickle.dumps(copy.deepcopy(value)))
