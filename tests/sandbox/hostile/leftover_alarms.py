# calls: 3
# expect: Returned 1 | Raised KeyboardInterrupt | Died protocol | Died exit 70 | Died exit 1
# expect: TimedOut cpu
"""Leaves a timer whose handler raises in whatever code is just running."""

import signal


def ring(*_):
    raise KeyboardInterrupt


def main_solution():
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.00001, 0.00001)
    return 1
