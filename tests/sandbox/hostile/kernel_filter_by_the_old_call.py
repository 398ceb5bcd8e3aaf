# expect: Raised PermissionError | Returned "for itself alone"
"""Installs a filter that answers each of its own calls with success, the end among them."""

import ctypes
import os
import struct


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    instruction = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000), 8)
    program = struct.pack("HxxxxxxQ", 1, ctypes.addressof(instruction))
    if libc.prctl(22, 2, program, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "for itself alone"
