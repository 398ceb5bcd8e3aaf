# limits: call_seconds=0.2
# expect: Returned 64 | Raised | Died SIGHUP | TimedOut wall | OverMemory
"""Sends itself every signal there is, the worst last."""

import os
import signal


def main_solution():
    worst = (signal.SIGSTOP, signal.SIGKILL)
    for number in [*(n for n in range(1, 65) if n not in (*worst, 32, 33)), *worst]:
        try:
            signal.signal(number, signal.SIG_DFL)
        except (OSError, ValueError):
            pass
        os.kill(os.getpid(), number)
    return 64
