# expect: Died exit 70
"""Ends the process with the status that a broken child ends with."""

import os


def main_solution():
    os._exit(70)
