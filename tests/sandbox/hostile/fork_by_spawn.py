# expect: Raised PermissionError
"""Spawns a shell."""

import os


def main_solution():
    os.posix_spawn("/bin/sh", ["sh", "-c", "sleep 600"], {})
    return "spawned"
