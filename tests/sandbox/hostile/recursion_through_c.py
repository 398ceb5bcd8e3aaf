# limits: call_seconds=2.0 memory_mib=256
# expect: Died SIGSEGV | OverMemory | Raised RecursionError | TimedOut | Returned 0
"""Overflows the stack of C by calls that go through a foreign function and back."""

import ctypes
import sys


def main_solution():
    sys.setrecursionlimit(2**31 - 1)
    return callback()


@ctypes.CFUNCTYPE(ctypes.c_int)
def callback():
    return callback()
