# expect: Died SIGSYS
"""Clones a child into namespaces of its own."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(56, 0x10000000 | 0x20000 | 17, 0, 0, 0, 0)
