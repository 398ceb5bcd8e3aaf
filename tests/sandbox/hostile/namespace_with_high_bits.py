# expect: Died SIGSYS | Raised OSError
"""Asks for a user namespace with bits set that a filter of 32-bit words doesn't see."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(272, ctypes.c_ulong(0x20000000 | 1 << 40)) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "made"
