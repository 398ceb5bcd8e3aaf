# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Loops, and catches whatever would end it."""


def main_solution():
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
