# given: parent
# expect: Returned []
"""Looks for a key in the environment of the daemon, of its zygote and of itself."""

import os

NAME = "CODEIOD_HOSTILE_SECRET"


def main_solution(parent):
    found = [name for name in os.environ if name == NAME]
    for pid in ("self", "thread-self", 1, os.getppid(), parent):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if NAME.encode() in file.read():
                    found.append(pid)
        except OSError:
            pass
    return found
