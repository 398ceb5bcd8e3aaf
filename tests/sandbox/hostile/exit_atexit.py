# expect: Returned 1
"""Registers handlers for the end that loop, write and end with another status."""

import atexit
import os


def forever():
    while True:
        print("still here")


atexit.register(os._exit, 9)
atexit.register(forever)


def main_solution():
    return 1
