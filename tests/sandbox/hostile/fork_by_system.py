# expect: Returned true
"""Has the C library run a command."""

import os


def main_solution():
    return os.system("sleep 600 &") != 0
