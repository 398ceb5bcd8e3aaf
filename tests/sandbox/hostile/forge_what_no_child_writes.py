# expect: Died protocol | NotJson
"""Forges a text with spaces and line ends that are no part of the form that results have."""

import os
import struct
import sys


def main_solution():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    pages, body = frame.f_locals["records"]._pages, b" [1 ,\n2e0]"
    struct.pack_into("<IBxxxd", pages, 8, len(body), 1, 0.0)
    pages[24 : 24 + len(body)] = body
    struct.pack_into("<II", pages, 0, 1, 1)
    os._exit(0)
