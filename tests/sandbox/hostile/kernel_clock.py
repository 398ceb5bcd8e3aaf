# expect: Died SIGSYS
"""Sets the clock."""

import time


def main_solution():
    time.clock_settime(time.CLOCK_REALTIME, 0.0)
    return "set"
