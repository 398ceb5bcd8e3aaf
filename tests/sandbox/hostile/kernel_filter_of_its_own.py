# expect: Raised PermissionError
"""Installs a filter of system calls that reports to itself."""

import ctypes
import os
import struct


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    allow = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000), 8)
    if libc.syscall(317, 1, 8, struct.pack("HxxxxxxQ", 1, ctypes.addressof(allow))) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "installed"
