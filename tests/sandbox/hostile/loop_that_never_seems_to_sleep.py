# limits: call_seconds=0.1
# expect: TimedOut wall | TimedOut cpu
"""Computes just enough between its sleeps to count as awake."""

import time


def main_solution():
    while True:
        end = time.process_time() + 0.001
        while time.process_time() < end:
            pass
        time.sleep(0.02)
