# expect: Raised PermissionError
"""Makes itself one that may be dumped: a crash then starts a program of the machine's."""

import ctypes
import os


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(4, 1, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "dumpable"
