# expect: Died SIGSYS
"""Changes its root to another folder, from where one can walk out."""

import os


def main_solution():
    os.chroot(".")
    return "changed"
