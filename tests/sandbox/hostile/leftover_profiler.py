# calls: 2
# expect: Returned 1 | Raised KeyboardInterrupt | Died protocol
"""Leaves a profiler that raises whenever a function is called or returns."""

import sys


def profile(frame, event, argument):
    raise KeyboardInterrupt


def main_solution():
    sys.setprofile(profile)
    return 1
