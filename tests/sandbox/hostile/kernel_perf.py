# expect: Died SIGSYS
"""Opens a performance counter."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(298, ctypes.create_string_buffer(128), 0, -1, -1, 0)
