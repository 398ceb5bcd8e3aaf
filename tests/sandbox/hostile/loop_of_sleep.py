# limits: call_seconds=0.1
# expect: TimedOut wall
"""Sleeps for ten minutes."""

import time


def main_solution():
    time.sleep(600)
