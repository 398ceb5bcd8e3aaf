# expect: Raised OSError
"""Maps more than there is, and asks that nothing be set aside for it."""

import mmap


def main_solution():
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000
    return len(mmap.mmap(-1, 1 << 38, flags=flags))
