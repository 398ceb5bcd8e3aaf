# reaches at WEAK: there is no Landlock, and the kernel tells everyone of processes
# expect: Raised FileNotFoundError | Raised PermissionError
# expect at WEAK: Returned
"""Lists the processes of the machine."""

import os


def main_solution():
    return len([name for name in os.listdir("/proc") if name.isdigit()])
