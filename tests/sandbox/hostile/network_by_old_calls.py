# expect: Died SIGSYS
"""Opens a socket by the system calls of 32-bit programs, which have other numbers."""

import ctypes
import mmap

SOCKET_BY_INT_80 = "b8 67010000 bb 02000000 b9 01000000 31d2 cd80 c3"


def main_solution():
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    rights = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    page = mmap.mmap(-1, 4096, flags=flags, prot=rights)
    code = bytes.fromhex(SOCKET_BY_INT_80)
    page[: len(code)] = code
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)()
