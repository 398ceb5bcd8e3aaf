# expect: Raised PermissionError
"""Asks not to be killed with its zygote."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(1, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "outlives its zygote"
