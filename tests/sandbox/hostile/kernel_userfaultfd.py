# expect: Died SIGSYS
"""Asks to handle page faults, with which races in the kernel are won."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(323, 1)
