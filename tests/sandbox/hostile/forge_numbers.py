# calls: 2
# expect: Died protocol | Died exit 0
"""Counts more calls and records than there are, and records longer than the file."""

import os
import struct
import sys


def main_solution():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    pages = frame.f_locals["records"]._pages
    struct.pack_into("<II", pages, 0, 0xFFFFFFFE, 0xFFFFFFFF)
    struct.pack_into("<IBxxxd", pages, 8, 0xFFFFFFFF, 1, float("inf"))
    os._exit(0)
