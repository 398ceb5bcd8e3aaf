# expect: Returned -1
"""Turns the randomisation of addresses off, and reading into executing."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).personality(0x0440000)
