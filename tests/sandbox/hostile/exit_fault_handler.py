# limits: call_seconds=0.1
# expect: Died exit 1 | TimedOut cpu | TimedOut wall
"""Asks the fault handler's watchdog, a thread in C, to end the process while it loops."""

import faulthandler


def main_solution():
    faulthandler.dump_traceback_later(0.01, exit=True)
    while True:
        pass
