# expect: Died protocol
"""Writes the mark of a child that failed by no fault of its program's."""

import os
import struct
import sys


def main_solution():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    struct.pack_into("<I", frame.f_locals["records"]._pages, 0, 0xFFFFFFFF)
    os._exit(70)
