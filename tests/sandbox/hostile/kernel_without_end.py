# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Keeps the kernel busy with the longest calls that it may make."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None)
    buffer = ctypes.create_string_buffer(1 << 24)
    while True:
        libc.syscall(318, buffer, 1 << 24, 0)
        libc.syscall(324, 8, 0, 0)
