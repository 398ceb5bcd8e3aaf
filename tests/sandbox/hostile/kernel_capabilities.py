# expect: Raised PermissionError
"""Takes all capabilities back."""

import ctypes
import os
import struct


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    header, every = struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *[0xFFFFFFFF] * 6)
    if libc.syscall(126, header, every) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "taken"
