# expect: Raised PermissionError
"""Makes a node of the first disk."""

import os


def main_solution():
    os.mknod("disk", 0o60666, os.makedev(254, 0))
    return os.open("disk", os.O_RDWR)
