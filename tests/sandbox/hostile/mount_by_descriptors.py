# expect: Died SIGSYS
"""Mounts by the newer calls, which take no path."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(430, b"tmpfs", 0)
