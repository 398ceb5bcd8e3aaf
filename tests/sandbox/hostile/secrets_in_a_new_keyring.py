# expect: Died SIGSYS
"""Leaves a key in a keyring, for a later program to find."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(248, b"user", b"codeiod-hostile", b"left", 4, -4)
