# limits: call_seconds=0.1
# expect: TimedOut wall
"""Waits for a signal that nobody sends."""

import signal


def main_solution():
    signal.pause()
