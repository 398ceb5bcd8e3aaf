# limits: call_seconds=0.5
# expect: Returned true | TimedOut
"""Maps single pages that can't be joined: each mapping is memory of the kernel's."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_long
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    mapped = 0
    while libc.mmap(None, 4096, 1 + 2 * (mapped % 2), 0x22, -1, 0) != -1:
        mapped += 1
    return mapped < 1 << 17
