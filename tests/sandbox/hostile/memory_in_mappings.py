# expect: Raised OSError
"""Maps anonymous pages for ever."""

import mmap


def main_solution():
    kept = []
    while True:
        kept.append(mmap.mmap(-1, 1 << 20))
