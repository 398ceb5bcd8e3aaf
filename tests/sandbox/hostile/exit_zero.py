# expect: Died exit 0
"""Ends the process at once with the status of success."""

import os


def main_solution():
    os._exit(0)
