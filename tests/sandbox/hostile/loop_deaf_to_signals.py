# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Ignores and blocks every signal there is, and loops."""

import signal


def main_solution():
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        pass
