# expect: Died SIGSYS
"""Swaps the root of its namespace."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(155, b".", b".")
