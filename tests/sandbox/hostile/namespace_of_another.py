# expect: Died SIGSYS
"""Enters the namespace of a descriptor."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).setns(0, 0)
