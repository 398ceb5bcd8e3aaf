# limits: call_seconds=0.1
# expect: TimedOut wall
"""Sleeps again and again, a hundredth of a second at a time."""

import time


def main_solution():
    while True:
        time.sleep(0.05)
