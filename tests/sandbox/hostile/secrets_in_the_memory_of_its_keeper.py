# expect: Raised FileNotFoundError | Raised PermissionError
# expect at WEAK: Returned []
"""Opens the memory of the processes above it, which no filter binds as it binds a program."""

import os


def main_solution():
    zygote = os.getppid()
    with open(f"/proc/{zygote}/stat") as file:
        keeper = int(file.read().rpartition(")")[2].split()[1])
    return [pid for pid in (zygote, keeper) if opens(f"/proc/{pid}/mem")]


def opens(path):
    try:
        os.close(os.open(path, os.O_RDWR))
    except OSError:
        return False
    return True
