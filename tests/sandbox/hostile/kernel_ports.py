# expect: Died SIGSYS
"""Asks for the machine's ports."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).iopl(3)
