# given: parent
# expect: Died SIGSYS
"""Attaches to the daemon as a debugger does."""

import ctypes


def main_solution(parent):
    return ctypes.CDLL(None).ptrace(16, parent, 0, 0)
