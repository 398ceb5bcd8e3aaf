# expect: Returned true
"""Makes pipes as large as they may be, and fills them."""

import fcntl
import os


def main_solution():
    filled = 0
    try:
        while True:
            reading, writing = os.pipe()
            try:
                fcntl.fcntl(writing, 1031, 1 << 20)
            except OSError:
                pass
            os.set_blocking(writing, False)
            filled += fill(writing)
    except OSError:
        return filled < 64 << 20


def fill(writing):
    filled = 0
    try:
        while True:
            filled += os.write(writing, bytes(1 << 16))
    except BlockingIOError:
        return filled
