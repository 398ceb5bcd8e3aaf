# expect: Died SIGSYS
"""Takes the read-only flag off its root."""

import ctypes
import struct


def main_solution():
    return ctypes.CDLL(None).syscall(442, -100, b"/", 0x8000, struct.pack("4Q", 0, 1, 0, 0), 32)
