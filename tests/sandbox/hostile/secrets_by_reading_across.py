# given: parent
# expect: Died SIGSYS
"""Reads the daemon's memory by the system call for that."""

import ctypes


def main_solution(parent):
    ctypes.CDLL(None).syscall(310, parent, None, 0, None, 0, 0)
    return "read"
