# expect: Died SIGSYS
"""Unmounts its own folder, to see what is below."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).umount2(b"/tmp", 2)
