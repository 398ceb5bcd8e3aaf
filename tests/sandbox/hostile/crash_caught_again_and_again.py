# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Handles its own memory faults, so that the faulting instruction is tried for ever."""

import ctypes
import signal


def main_solution():
    signal.signal(signal.SIGSEGV, lambda *_: None)
    return ctypes.string_at(8).decode()
