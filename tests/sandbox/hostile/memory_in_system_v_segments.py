# expect: Raised PermissionError
"""Makes a segment of System V shared memory, which stays when all processes are gone."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.shmget(0, 1 << 24, 0o1600) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "made"
