# limits: call_seconds=2.0
# expect: Raised PermissionError | Returned true
"""Fills rulesets of Landlock's with a rule for every port: memory of the kernel's."""

import ctypes
import struct


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    rules = 0
    while rules < 1 << 18:
        ruleset = libc.syscall(444, struct.pack("QQ", 0, 3), 16, 0)
        if ruleset < 0:
            raise OSError(ctypes.get_errno(), "refused")
        for port in range(1 << 16):
            if libc.syscall(445, ruleset, 2, struct.pack("=QQ", 1, port), 0) < 0:
                raise OSError(ctypes.get_errno(), "refused")
            rules += 1
    return False
