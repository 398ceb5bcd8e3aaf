# expect: Died SIGSYS
"""Makes a system call by the numbers of a third kind of programs."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(0x40000000 + 39)
