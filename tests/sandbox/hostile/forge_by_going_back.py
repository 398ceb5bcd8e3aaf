# expect: Died | Raised | TimedOut wall
"""Calls the zygote's own loop, so as to take its place."""

import sys


def main_solution():
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        for thing in list(frame.f_locals.values()):
            if type(thing).__name__ == "Zygote":
                thing.serve()
    raise LookupError
