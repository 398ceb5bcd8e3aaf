# expect: Raised PermissionError
"""Kills itself as the kernel does when memory is short."""

import os
import signal


def main_solution():
    os.kill(os.getpid(), signal.SIGKILL)
    return "alive"
