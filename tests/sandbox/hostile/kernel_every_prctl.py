# expect: Returned true | Died | TimedOut cpu | TimedOut wall
"""Sets every option of a process that there is."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None)
    for option in (*range(2, 80), 0x41555856, 0x53564D41, 0x59616D61):
        if option not in (22, 26, 4):  # an own filter, the time stamp counter, dumps: see others
            libc.prctl(option, 1, 0, 0, 0)
    return True
