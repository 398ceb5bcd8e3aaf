# expect: Died SIGSYS
"""Loads a module into the kernel."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(175, b"\x7fELF", 4, b"")
