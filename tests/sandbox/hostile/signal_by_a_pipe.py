# given: process
# expect: Raised PermissionError | Raised ProcessLookupError
"""Has the kernel kill a process outside whenever there is something to read in a pipe."""

import fcntl
import os
import signal
import time


def main_solution(process):
    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, process)
    fcntl.fcntl(reading, 10, signal.SIGKILL)
    fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    os.write(writing, b"x")
    time.sleep(0.05)
    return "sent"
