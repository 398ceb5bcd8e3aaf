# calls: 2
# expect: Returned [[[[[[1]]]]]] | Raised RecursionError | Died protocol
# expect: NotJson RecursionError while it was read
"""Leaves next to no depth for those who read its value."""

import sys


def main_solution():
    for limit in range(5, 200):
        try:
            sys.setrecursionlimit(limit)
            break
        except RecursionError:
            pass
    return [[[[[[1]]]]]]
