# expect: Raised OSError
"""Sets the flag that keeps its own files from being removed."""

import fcntl
import struct


def main_solution():
    with open("file", "wb") as file:
        fcntl.ioctl(file, 0x40086602, struct.pack("l", 0x10))
    return "set"
