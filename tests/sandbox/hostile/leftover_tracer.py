# calls: 2
# expect: Returned 1 | Raised KeyboardInterrupt | Died protocol
"""Leaves a tracer that raises, and sets it on the frames of its callers too."""

import sys


def trace(frame, event, argument):
    raise KeyboardInterrupt


def main_solution():
    frame = sys._getframe().f_back
    while frame is not None:
        frame.f_trace = trace
        frame = frame.f_back
    sys.settrace(trace)
    return 1
