# given: process, parent
# expect: Returned []
"""Kills a process outside by every system call that sends signals."""

import ctypes

SIGKILL = 9


def main_solution(process, parent):
    libc = ctypes.CDLL(None)
    about = (ctypes.c_int * 32)(SIGKILL, 0, -1)
    sent = []
    for pid in (process, parent):
        for number, arguments in (
            (62, (pid, SIGKILL)),
            (200, (pid, SIGKILL)),
            (234, (pid, pid, SIGKILL)),
            (129, (pid, SIGKILL, about)),
            (297, (pid, pid, SIGKILL, about)),
        ):
            if libc.syscall(number, *arguments) == 0:
                sent.append([number, pid])
    return sent
