# expect: Died SIGSEGV
"""Moves the base of its own thread's memory."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(158, 0x1002, 0)
