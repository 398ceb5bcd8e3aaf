# expect: Raised PermissionError
"""Forks, so that the child outlives the call."""

import os


def main_solution():
    if os.fork() == 0:
        while True:
            pass
    return "forked"
