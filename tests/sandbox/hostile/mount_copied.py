# expect: Died SIGSYS
"""Takes a copy of the tree of mounts."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(428, -100, b"/", 1)
