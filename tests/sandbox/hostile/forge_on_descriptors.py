# expect: Returned "mine"
"""Writes something like a result to every descriptor, and into what lies behind them."""

import os
import struct


def main_solution():
    body = b'"forged"'
    record = struct.pack("<II", 1, 1) + struct.pack("<IBxxxd", len(body), 1, 0.0) + body
    for number in range(1024):
        for write in (os.write, lambda n, data: os.pwrite(n, data, 0)):
            try:
                write(number, record)
            except OSError:
                pass
    return "mine"
