# expect: Raised PermissionError
"""Makes a set of System V semaphores, of which the machine has few."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.semget(0, 32, 0o1600) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "made"
