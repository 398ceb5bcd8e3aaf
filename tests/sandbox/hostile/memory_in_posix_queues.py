# expect: Raised PermissionError
"""Makes a POSIX queue of messages."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(240, b"codeiod-hostile", 0o102, 0o600, None) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "made"
