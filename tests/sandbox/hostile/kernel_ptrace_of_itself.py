# expect: Died SIGSYS
"""Asks to be traced by its parent, which then must let each of its signals pass."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).ptrace(0, 0, 0, 0)
