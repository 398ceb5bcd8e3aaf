# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall | Raised ValueError
"""Raises with a traceback that leads back to its beginning."""

import ctypes
import sys


def main_solution():
    try:
        raise ValueError("text")
    except ValueError:
        trace = sys.exc_info()[2]
    # A traceback's first field is the next one: it holds a reference that is never given back.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(trace))
    ctypes.c_void_p.from_address(id(trace) + 16).value = id(trace)
    raise ValueError("again").with_traceback(trace)
