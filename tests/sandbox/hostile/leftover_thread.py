# calls: 2
# expect: Returned 1
"""Leaves threads that go on after the call, and into the next."""

import threading
import time


def main_solution():
    for _ in range(3):
        threading.Thread(target=time.sleep, args=(600,)).start()
    return 1
