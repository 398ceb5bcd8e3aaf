# calls: 2
# expect: Returned 1 | Died SIGVTALRM | TimedOut cpu | TimedOut wall
"""Leaves a timer that ends the process."""

import signal


def main_solution():
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.0001, 0.0001)
    return 1
