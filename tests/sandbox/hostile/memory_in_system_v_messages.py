# expect: Raised PermissionError
"""Makes a System V queue to leave messages in."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.msgget(0, 0o1600) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "made"
