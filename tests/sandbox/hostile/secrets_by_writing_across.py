# given: parent
# expect: Died SIGSYS
"""Writes to the daemon's memory by the system call for that."""

import ctypes


def main_solution(parent):
    ctypes.CDLL(None).syscall(311, parent, None, 0, None, 0, 0)
    return "written"
