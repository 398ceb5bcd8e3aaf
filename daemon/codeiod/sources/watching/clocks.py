"""Tell which file systems take the time of changes from this machine's clock.

May import the standard library alone; belongs in a worker thread.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Final

_OURS: Final = frozenset(
    {"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "tmpfs", "overlay"}
)
_MOUNTS: Final = Path("/proc/self/mountinfo")


@lru_cache(maxsize=64)
def has_our_clock(device: int) -> bool:
    """Tell whether a device (``st_dev``) is known to be of this machine; False in doubt."""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    try:
        lines = _MOUNTS.read_text(errors="replace").splitlines()
    except OSError:
        return False
    for line in lines:
        fields = line.split()
        if len(fields) > 6 and fields[2] == wanted:
            return fields[fields.index("-") + 1] in _OURS
    return False
