# expect: Raised PermissionError
"""Replaces itself by a shell, which would keep its descriptors and its place."""

import os


def main_solution():
    os.execv("/bin/sh", ["sh", "-c", "exit 0"])
