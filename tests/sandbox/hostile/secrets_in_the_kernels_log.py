# expect: Died SIGSYS
"""Reads the kernel's log."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).klogctl(3, ctypes.create_string_buffer(4096), 4096)
