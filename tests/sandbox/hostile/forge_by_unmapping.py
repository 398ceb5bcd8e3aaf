# expect: Died SIGSEGV
"""Unmaps the file of records, so that there is no way to tell a result."""

import ctypes
import sys


def main_solution():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    pages = frame.f_locals["records"]._pages
    address = ctypes.addressof(ctypes.c_char.from_buffer(pages))
    ctypes.CDLL(None).munmap(ctypes.c_void_p(address), ctypes.c_size_t(len(pages)))
    return "told"
