# limits: call_seconds=0.2
# expect: Returned | Raised OSError | Raised PermissionError | TimedOut
"""Locks every other byte of its files: each lock is memory of the kernel's."""

import fcntl
import os
import struct


def main_solution():
    locked = 0
    for number in range(50):
        file = os.open(f"file-{number}", os.O_RDWR | os.O_CREAT)
        for place in range(0, 4000, 2):
            lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, place, 1, 0)
            fcntl.fcntl(file, fcntl.F_SETLK, lock)
            locked += 1
    return locked
