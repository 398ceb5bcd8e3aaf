# expect: Raised PermissionError
"""Kills every process that it may kill."""

import os
import signal


def main_solution():
    os.kill(-1, signal.SIGKILL)
    return "sent"
