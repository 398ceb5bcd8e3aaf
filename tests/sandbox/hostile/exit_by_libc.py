# expect: Died exit 0
"""Ends by the C library, which runs the handlers that libraries have registered."""

import ctypes


def main_solution():
    ctypes.CDLL(None).exit(0)
