# limits: call_seconds=0.1
# expect: TimedOut wall
"""Reads a pipe that it does not write to."""

import os


def main_solution():
    return os.read(os.pipe()[0], 1).decode()
