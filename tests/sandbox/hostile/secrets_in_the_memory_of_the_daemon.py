# given: parent
# expect: Raised FileNotFoundError | Raised PermissionError | Raised OSError
"""Opens the memory of the daemon to read and write it."""

import os


def main_solution(parent):
    return os.open(f"/proc/{parent}/mem", os.O_RDWR)
