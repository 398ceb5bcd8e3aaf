# expect: Returned 1
"""Leaves another mask for new files, another folder, blocked signals and lower limits."""

import os
import resource
import signal


def main_solution():
    os.umask(0o777)
    os.chdir("/")
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))
    resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))
    return 1
