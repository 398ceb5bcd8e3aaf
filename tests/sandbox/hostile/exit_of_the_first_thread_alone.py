# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Ends its first thread, so that the process looks dead to many, and goes on in another."""

import ctypes
import threading


def spin():
    while True:
        pass


def main_solution():
    threading.Thread(target=spin).start()
    ctypes.CDLL(None).syscall(60, 0)
