# expect: Died SIGSYS
"""Becomes root in a user namespace of its own."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).unshare(0x10000000)
