# expect: Raised PermissionError
"""Stops the zygote that it was forked from."""

import os
import signal


def main_solution():
    os.kill(os.getppid(), signal.SIGSTOP)
    return "sent"
