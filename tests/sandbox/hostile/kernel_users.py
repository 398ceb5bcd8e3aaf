# expect: Returned []
"""Becomes another user or group, by every call there is."""

import os


def main_solution():
    done = []
    for change in (
        lambda: os.setuid(0),
        lambda: os.setgid(0),
        lambda: os.setresuid(0, 0, 0),
        lambda: os.setresgid(0, 0, 0),
        lambda: os.setgroups([0]),
        lambda: os.setreuid(0, 0),
    ):
        try:
            change()
            done.append(os.getresuid())
        except OSError:
            pass
    return done
