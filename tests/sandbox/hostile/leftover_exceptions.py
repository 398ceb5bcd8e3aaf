# calls: 3
# limits: call_seconds=0.1
# expect: Returned 1 | Raised KeyboardInterrupt | Died protocol | Died exit 70 | Died exit 1
# expect: TimedOut cpu | TimedOut wall
"""Leaves a thread that raises exceptions in the one that writes results."""

import ctypes
import threading


def interrupt(thread):
    while True:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread), ctypes.py_object(KeyboardInterrupt)
        )


def main_solution():
    thread = threading.get_ident()
    threading.Thread(target=interrupt, args=(thread,), daemon=True).start()
    return 1
