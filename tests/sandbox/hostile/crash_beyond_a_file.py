# expect: Died SIGBUS
"""Reads a mapping of a file that it has cut meanwhile."""

import mmap


def main_solution():
    with open("file", "wb+") as file:
        file.truncate(8192)
        pages = mmap.mmap(file.fileno(), 8192)
        file.truncate(0)
        return pages[4096]
