# limits: call_seconds=1.0
# expect: Returned true | TimedOut cpu | TimedOut wall
"""Makes timers of the kernel's without end."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None, use_errno=True)
    made, timer = 0, ctypes.c_int()
    while libc.syscall(222, 1, None, ctypes.byref(timer)) == 0:
        made += 1
    return made < 1 << 18
