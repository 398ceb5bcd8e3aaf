# expect: Returned "mine"
"""Replaces how records are packed and how the process ends."""

import mmap
import os
import resource
import struct


def forged(*_, **__):
    return 0


def main_solution():
    struct.pack = struct.pack_into = struct.Struct = struct.unpack = forged
    os._exit = os.write = os.pread = os.close = forged
    resource.getrusage = mmap.mmap = forged
    return "mine"
