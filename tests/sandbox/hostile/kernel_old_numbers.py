# expect: Died SIGSYS
"""Makes a system call the way 32-bit programs do, where a number means another call."""

import ctypes
import mmap

GETPID_BY_INT_80 = "b8 14000000 cd80 c3"


def main_solution():
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code = bytes.fromhex(GETPID_BY_INT_80)
    page[: len(code)] = code
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
