# expect: Raised PermissionError | Raised FileNotFoundError | Raised OSError
"""Forks a child with a terminal of its own."""

import os
import pty


def main_solution():
    pid, _ = pty.fork()
    if pid == 0:
        os._exit(0)
    return pid
