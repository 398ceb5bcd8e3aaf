# expect: Raised RuntimeError
"""Starts sleeping threads until no more can be had."""

import threading
import time


def main_solution():
    while True:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
