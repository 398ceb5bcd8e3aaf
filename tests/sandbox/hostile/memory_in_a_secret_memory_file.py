# expect: Died SIGSYS
"""Makes a memory file that not even the kernel can read."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(447, 0)
