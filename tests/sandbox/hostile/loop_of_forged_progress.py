# limits: call_seconds=0.1
# calls: 2
# expect: TimedOut wall
"""Counts its calls up and down by hand, so as to seem busy with the next, and sleeps."""

import struct
import sys
import time


def main_solution():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    pages = frame.f_locals["records"]._pages
    for number in range(10**9):
        struct.pack_into("<I", pages, 0, 1 + number % 2)
        time.sleep(0.01)
