# expect: Returned
"""Tells at what level it runs, and behaves well then."""

import os


def main_solution():
    signs = [os.getpid() == 1, os.path.exists("/proc"), os.path.exists("/etc/hostname")]
    return [bool(sign) for sign in (*signs, os.getuid())]
