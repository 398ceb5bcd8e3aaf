# expect: Died SIGSYS
"""Loads a program into the kernel."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(321, 5, ctypes.create_string_buffer(128), 128)
