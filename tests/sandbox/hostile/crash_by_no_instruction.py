# expect: Died SIGILL
"""Executes bytes that are no instruction."""

import ctypes
import mmap


def main_solution():
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page[:2] = b"\x0f\x0b"
    return ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
