# expect: Raised PermissionError
"""Executes a file by its descriptor, without a path."""

import ctypes
import os
import sys


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    file = os.open(sys.modules["os"].__file__, os.O_RDONLY)
    if libc.syscall(322, file, b"", None, None, 0x1000) < 0:
        raise OSError(ctypes.get_errno(), "refused")
