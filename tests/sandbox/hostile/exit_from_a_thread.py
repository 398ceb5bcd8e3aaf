# expect: Died exit 0
"""Ends the process from a thread while the call is still computing."""

import os
import threading


def main_solution():
    threading.Thread(target=os._exit, args=(0,)).start()
    while True:
        pass
