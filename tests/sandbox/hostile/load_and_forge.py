# expect: LoadFailed | Died | Returned "forged"
"""Forges the result of its call before there is one."""

import os
import struct
import sys

frame = sys._getframe()
while "records" not in frame.f_locals:
    frame = frame.f_back
pages, body = frame.f_locals["records"]._pages, b'"forged"'
struct.pack_into("<IBxxxd", pages, 8, len(body), 1, 0.0)
pages[24 : 24 + len(body)] = body
struct.pack_into("<II", pages, 0, 1, 1)
os._exit(0)
