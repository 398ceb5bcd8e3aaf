# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Raises an exception that loops when it is asked for its text."""


class Bad(Exception):
    def __str__(self):
        while True:
            pass


def main_solution():
    raise Bad
