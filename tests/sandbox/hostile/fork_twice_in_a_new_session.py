# expect: Returned ["PermissionError", "PermissionError", "PermissionError"]
"""Becomes a daemon as the book says: a session of its own, and two forks."""

import os


def main_solution():
    refused = []
    for step in (os.setsid, os.fork, os.fork):
        try:
            step()
        except OSError as error:
            refused.append(type(error).__name__)
    return refused
