# given: parent
# expect: Raised PermissionError
"""Kills the process group of the daemon."""

import os
import signal


def main_solution(parent):
    os.kill(-parent, signal.SIGKILL)
    return "sent"
