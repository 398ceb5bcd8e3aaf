# calls: 2
# expect: Returned "forged"
"""Writes the results of both its calls in the first: its own outputs, and no one else's."""

import os
import struct
import sys


def main_solution():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    pages, body = frame.f_locals["records"]._pages, b'"forged"'
    record = struct.pack("<IBxxxd", len(body), 1, 0.0) + body
    pages[8 : 8 + 2 * len(record)] = record * 2
    struct.pack_into("<II", pages, 0, 2, 2)
    os._exit(0)
