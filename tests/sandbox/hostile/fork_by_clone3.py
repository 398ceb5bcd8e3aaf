# expect: Raised OSError
"""Makes the newest system call for a process, whose flags no filter can read."""

import ctypes
import struct


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = struct.pack("8Q", 0, 0, 0, 0, 17, 0, 0, 0)
    if libc.syscall(435, arguments, len(arguments)) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "cloned"
