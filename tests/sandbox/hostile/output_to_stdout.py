# limits: call_seconds=0.1
# expect: TimedOut cpu
"""Prints for ever."""


def main_solution():
    while True:
        print("x" * 4096)
