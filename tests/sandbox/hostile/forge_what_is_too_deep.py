# expect: Died protocol | NotJson
"""Forges a text that is nested deeper than results may be, for readers to stumble over."""

import os
import struct
import sys


def main_solution():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    pages, body = frame.f_locals["records"]._pages, b"[" * 600 + b"]" * 600
    struct.pack_into("<IBxxxd", pages, 8, len(body), 1, 0.0)
    pages[24 : 24 + len(body)] = body
    struct.pack_into("<II", pages, 0, 1, 1)
    os._exit(0)
