# expect: Died SIGSYS
"""Opens a file by its number in the file system, whatever folder it lies in."""

import ctypes


def main_solution():
    ctypes.CDLL(None).syscall(304, -100, b"\x08\0\0\0\x01\0\0\0" + bytes(8), 0)
    return "opened"
