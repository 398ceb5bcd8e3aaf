# calls: 2
# expect: Returned 1 | Raised KeyboardInterrupt | Died protocol | Died exit 70
"""Leaves a hook that is asked about all that is done, can't be removed, and refuses all."""

import sys


def refuse(*_):
    raise KeyboardInterrupt


def main_solution():
    sys.addaudithook(refuse)
    return 1
