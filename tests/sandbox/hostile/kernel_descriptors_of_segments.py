# expect: Died SIGSYS
"""Changes the table of segments, which had many faults."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(154, 1, ctypes.create_string_buffer(16), 16)
