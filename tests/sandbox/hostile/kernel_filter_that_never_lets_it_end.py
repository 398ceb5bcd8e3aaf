# limits: call_seconds=0.1
# expect: Raised PermissionError | TimedOut cpu | TimedOut wall | Died
"""Makes its own end impossible: every system call succeeds and does nothing."""

import ctypes
import os
import struct


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    instruction = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x50000), 8)
    program = struct.pack("HxxxxxxQ", 1, ctypes.addressof(instruction))
    if libc.prctl(22, 2, program, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    os._exit(0)
