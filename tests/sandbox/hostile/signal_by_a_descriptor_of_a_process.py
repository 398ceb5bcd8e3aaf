# given: process
# expect: Raised PermissionError
"""Kills a process outside by a descriptor of it."""

import os
import signal


def main_solution(process):
    signal.pidfd_send_signal(os.pidfd_open(process), signal.SIGKILL)
    return "sent"
