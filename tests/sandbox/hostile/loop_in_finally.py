# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Loops in a `finally` that takes back every return and every exception."""


def main_solution():
    while True:
        try:
            return 1
        finally:
            continue
