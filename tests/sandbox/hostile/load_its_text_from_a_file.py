# expect: Returned [] | Returned ["<module>"]
# expect at WEAK: Returned
"""Looks for its own text, and the harness around it, through the tables that tracebacks use."""

import inspect
import linecache
import sys


def main_solution():
    found = []
    frame = sys._getframe()
    while frame is not None:
        try:
            inspect.getsource(frame)
            found.append(frame.f_code.co_name)
        except OSError:
            pass
        frame = frame.f_back
    return found + [name for name in linecache.cache if "guest" in name]
