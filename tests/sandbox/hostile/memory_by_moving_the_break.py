# expect: Returned true
"""Moves the end of the heap by hand."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None)
    libc.sbrk.restype = ctypes.c_long
    taken = 0
    while taken < 1 << 30 and libc.sbrk(ctypes.c_long(1 << 20)) != -1:
        taken += 1 << 20
    return taken < 128 << 20
