# expect: Died SIGSYS
"""Looks for keys that the kernel keeps for its user."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(250, 11, -4, ctypes.create_string_buffer(4096), 4096)
