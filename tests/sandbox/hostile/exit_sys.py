# expect: Raised SystemExit
"""Asks the interpreter to end, with the status of success."""

import sys


def main_solution():
    sys.exit(0)
