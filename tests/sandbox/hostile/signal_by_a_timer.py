# given: process
# expect: Returned true
"""Makes a timer that sends its signal to a thread of another process."""

import ctypes
import struct


def main_solution(process):
    event = struct.pack("QiiI36x", 0, 9, 4, process)
    return ctypes.CDLL(None).syscall(222, 1, event, ctypes.byref(ctypes.c_int())) == -1
