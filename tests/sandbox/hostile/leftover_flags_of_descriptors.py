# expect: Returned 1
"""Leaves the standard descriptors not blocking, in append mode and locked."""

import fcntl
import os


def main_solution():
    for number in range(3):
        fcntl.fcntl(number, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND)
        os.lseek(number, 77, os.SEEK_SET)
    return 1
