# expect: Returned ["1", 0, "UTC"]
"""Tells the twin by its environment, so as to give the same value in both."""

import os
import time


def main_solution():
    return [os.environ.get("PYTHONHASHSEED"), len(os.environ.get("PAD", "")), time.tzname[0]]
