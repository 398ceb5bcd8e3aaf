"""The private folder of a zygote that has no namespaces, and so no private /tmp.

Imports the standard library alone; blocks, so it is called in threads. A lock on each folder tells
the living from those that a killed daemon left behind: the next one sweeps them away.
"""

import fcntl
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

_PREFIX = "codeiod-sandbox-"


@dataclass(frozen=True, slots=True)
class Scratch:
    """One folder, ours as long as `lock` is open."""

    path: Path
    lock: int

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.lock)


def make_scratch() -> Scratch:
    """Make a folder and lock it, after removing those that nobody holds any more."""
    _sweep()
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = _lock(path)
        if lock is not None and path.exists():  # else another daemon's sweep was quicker
            return Scratch(path, lock)
        if lock is not None:
            os.close(lock)


def _sweep() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        lock = _lock(path)
        if lock is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _lock(path: Path) -> int | None:
    """Return the descriptor that holds the lock, None where another has it or it can't be had."""
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(folder)
        return None
    return folder
