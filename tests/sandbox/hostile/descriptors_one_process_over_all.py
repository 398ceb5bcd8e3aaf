# expect: Returned "closed"
"""Closes by the system call that takes ranges, beyond every limit."""

import ctypes


def main_solution():
    ctypes.CDLL(None).syscall(436, 0, ctypes.c_uint(0xFFFFFFFF), 0)
    return "closed"
