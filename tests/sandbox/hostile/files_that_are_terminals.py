# expect: Raised OSError
"""Types a command into the terminal of whoever started the daemon."""

import fcntl


def main_solution():
    for byte in b"reboot\n":
        fcntl.ioctl(0, 0x5412, bytes([byte]))
    return "typed"
