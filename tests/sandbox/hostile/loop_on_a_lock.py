# limits: call_seconds=0.1
# expect: TimedOut wall
"""Waits for a lock that it holds itself."""

import threading


def main_solution():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
