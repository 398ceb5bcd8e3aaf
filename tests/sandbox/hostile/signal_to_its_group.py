# expect: Raised PermissionError
"""Kills its own process group, which is its zygote's too."""

import os
import signal


def main_solution():
    os.kill(0, signal.SIGKILL)
    return "sent"
