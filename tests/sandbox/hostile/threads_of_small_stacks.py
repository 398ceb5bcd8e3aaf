# expect: Returned true
"""Starts as many threads as the smallest stacks allow: there must be an end to it soon."""

import _thread
import threading
import time


def main_solution():
    threading.stack_size(32768)
    started = 0
    try:
        while started < 8000:
            _thread.start_new_thread(time.sleep, (600,))
            started += 1
    except RuntimeError:
        pass
    return started < 8000
