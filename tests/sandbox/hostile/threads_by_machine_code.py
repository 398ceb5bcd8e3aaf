# expect: Returned true
# expect at WEAK: Returned
"""Clones threads that share one stack and cost no memory of their own: processes run out."""

import ctypes
import mmap

SHARES_ALL = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000
CLONE_AND_PAUSE = "b838000000 0f05 85c0 7401 c3 b822000000 0f05 ebf7"


def main_solution():
    global page
    page = mmap.mmap(-1, 1 << 16, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    code = bytes.fromhex(CLONE_AND_PAUSE)
    page[: len(code)] = code
    clone = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_long, ctypes.c_long)(address)
    started = 0
    while started < 8000 and clone(SHARES_ALL, address + (1 << 15)) > 0:
        started += 1
    return started < 8000
