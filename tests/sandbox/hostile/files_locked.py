# expect: Returned | Raised OSError | Raised PermissionError
"""Locks files of the interpreter's and the devices, and asks to be told of their use."""

import fcntl
import os


def main_solution():
    locked = 0
    for path in (os.__file__, "/dev/null", "/dev/urandom"):
        file = os.open(path, os.O_RDONLY)
        for lock in (
            lambda file=file: fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB),
            lambda file=file: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
            lambda file=file: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB),
        ):
            try:
                lock()
                locked += 1
            except OSError:
                pass
    return locked
