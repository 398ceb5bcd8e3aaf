# expect: Raised PermissionError
"""Makes the old system call for a process that shares memory until it executes."""

import ctypes
import os


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(58) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    os._exit(0)
