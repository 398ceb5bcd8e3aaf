# expect: Died protocol | Died exit 0
"""Fills the file of records with noise, again and again in other ways."""

import os
import random
import sys


def main_solution():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    pages = frame.f_locals["records"]._pages
    pages[:] = random.randbytes(len(pages))
    os._exit(0)
