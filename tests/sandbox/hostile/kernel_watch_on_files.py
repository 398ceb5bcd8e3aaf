# expect: Died SIGSYS
"""Asks to be told of every file that is opened."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(300, 0, 0)
