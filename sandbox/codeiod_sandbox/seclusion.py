"""Close this process to programs where no wall stands between them and it: at the lowest levels.

Imports the guest's system calls.
"""

from collections.abc import Mapping

from codeiod_sandbox.guest.syscalls import PR_SET_DUMPABLE, prctl


def seclude_where_open(layers: Mapping[str, str]) -> None:
    """Have the kernel keep what /proc tells of our memory, descriptors and environment from others.

    Needed where programs run as our own user and see the same files; it lasts as long as this
    process, and takes debuggers and core dumps from it. Other processes of the user stay open.
    """
    if "on" not in (layers.get("private root"), layers.get("landlock")):
        prctl(PR_SET_DUMPABLE, 0)
