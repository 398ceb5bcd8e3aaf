# reaches at WEAK: there is no Landlock, and its user may read files of the daemon's
# expect: Returned []
# expect at WEAK: Returned
"""Reads where keys and passwords lie on most machines."""

import os

PATHS = (
    "/etc/shadow",
    "/etc/machine-id",
    "/etc/ssl/private",
    "/etc/codeiod/keys",
    "/root/.ssh/id_rsa",
    "/root/.bashrc",
    "/home",
    "/run/secrets",
    "/run/credentials",
    "/var/lib",
    "/sys/class/net",
    "/dev/mem",
    "/dev/kmsg",
    "/dev/shm",
)


def main_solution():
    return [path for path in PATHS if can_read(path) and not is_its_own(path)]


def is_its_own(path):
    return os.path.samefile(path, os.environ["TMPDIR"])


def can_read(path):
    try:
        if os.path.isdir(path):
            os.listdir(path)
        else:
            open(path).close()
    except OSError:
        return False
    return True
