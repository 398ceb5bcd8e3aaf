# expect: Raised PermissionError
"""Gives pages of its own to a pipe, and unmaps them."""

import ctypes
import os


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    _, writing = os.pipe()
    page = ctypes.create_string_buffer(4096)
    vector = (ctypes.c_size_t * 2)(ctypes.addressof(page), 4096)
    if libc.vmsplice(writing, vector, 1, 8) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "given"
