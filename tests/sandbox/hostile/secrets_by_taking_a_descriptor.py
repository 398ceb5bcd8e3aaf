# expect: Died SIGSYS
"""Takes a descriptor out of another process."""

import ctypes


def main_solution():
    ctypes.CDLL(None).syscall(438, 0, 0, 0)
    return "taken"
