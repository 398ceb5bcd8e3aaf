# expect: Died SIGSYS
"""Asks for a restart of the machine by keys, which asks for nothing yet."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(169, 0xFEE1DEAD, 672274793, 0, 0)
