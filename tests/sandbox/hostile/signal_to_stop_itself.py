# limits: call_seconds=0.1
# expect: TimedOut wall | Raised PermissionError
# expect at FULL: Returned "running" | Raised PermissionError
"""Stops itself, so that it neither ends nor computes."""

import os
import signal


def main_solution():
    os.kill(os.getpid(), signal.SIGSTOP)
    return "running"
