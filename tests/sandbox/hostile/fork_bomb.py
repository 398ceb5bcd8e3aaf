# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Forks for ever, whatever it is told."""

import os


def main_solution():
    while True:
        try:
            os.fork()
        except OSError:
            pass
