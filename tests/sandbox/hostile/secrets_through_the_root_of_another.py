# expect: Raised FileNotFoundError | Raised PermissionError
"""Walks to a file through the root of another process."""

import os


def main_solution():
    return os.listdir("/proc/1/root/root")
