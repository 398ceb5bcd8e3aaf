# expect: OverOutput
"""Has space set aside for a file that it never writes."""

import os


def main_solution():
    with open("aside", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 1 << 30)
