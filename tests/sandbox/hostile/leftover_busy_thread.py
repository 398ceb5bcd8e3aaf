# calls: 2
# limits: call_seconds=1.0
# expect: Returned 1
"""Leaves a thread that computes, and hardly lets go of the interpreter's lock."""

import sys
import threading


def spin():
    while True:
        pass


def main_solution():
    sys.setswitchinterval(0.01)
    threading.Thread(target=spin, daemon=True).start()
    return 1
