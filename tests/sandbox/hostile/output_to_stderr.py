# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Writes to the descriptor of errors for ever, beside the interpreter's own files."""

import os


def main_solution():
    while True:
        os.write(2, b"x" * 65536)
