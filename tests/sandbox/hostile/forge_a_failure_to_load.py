# expect: Died protocol | LoadFailed
"""Takes back that it was ever loaded."""

import os
import struct
import sys


def main_solution():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    struct.pack_into("<II", frame.f_locals["records"]._pages, 0, 0, 1)
    os._exit(0)
