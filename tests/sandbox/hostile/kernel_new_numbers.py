# expect: Returned []
"""Makes system calls that the filter's author can't have known."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None)
    # 335 and 336 are for the kernel's own probes: they pass every filter, and kill who makes them.
    unknown = [*range(337, 424), *range(450, 600), 1 << 20, 0x3FFFFFFF]
    return [number for number in unknown if libc.syscall(number, -1, -1, -1, -1, -1, -1) != -1]
