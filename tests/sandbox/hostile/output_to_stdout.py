# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Prints for ever."""


def main_solution():
    while True:
        print("x" * 4096)
