# expect: Returned false
"""Changes the times of a file of the interpreter's that it may read, by a descriptor."""

import os


def main_solution():
    file = os.open(os.__file__, os.O_RDONLY)
    before = os.fstat(file)
    try:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        os.fchmod(file, before.st_mode)
    except OSError:
        return False
    return os.fstat(file).st_ctime_ns != before.st_ctime_ns
