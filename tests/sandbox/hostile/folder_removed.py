# leaves at WEAK: there is no Landlock, and its user may write beside its folder
# expect: Raised OSError | Raised PermissionError
# expect at WEAK: Returned "removed" | Raised OSError | Raised PermissionError
"""Removes its own folder."""

import os


def main_solution():
    os.rmdir(os.environ["TMPDIR"])
    return "removed"
