"""A small disk of its own for a daemon: a tmpfs in a mount namespace that ends with the test.

Imports the standard library alone. What runs inside is entered by ``nsenter``; from outside the
disk is seen by way of the process that keeps the namespace.
"""

from __future__ import annotations

import errno
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_KEEP = 'mount -t tmpfs -o "size=$1" none "$2" && echo mounted && exec cat'
_TOOLS = ("unshare", "nsenter", "mount")
_ENDS_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A mounted disk."""

    folder: Path
    """Where it is, inside the namespace."""
    keeper: int
    """The process that keeps it."""

    @property
    def outside(self) -> Path:
        """Where it is seen from outside."""
        return Path(f"/proc/{self.keeper}/root", self.folder.relative_to("/"))

    def inside(self, *command: str | Path) -> list[str]:
        """Return a command that runs where the disk is mounted."""
        enter = ["nsenter", f"--target={self.keeper}", "--user", "--mount"]
        return [*enter, "--preserve-credentials", *map(str, command)]

    def fill(self) -> None:
        """Leave no byte of room."""
        with (self.outside / "ballast").open("ab", buffering=0) as ballast:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(bytes(size))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def relieve(self) -> None:
        """Take away what fills it."""
        (self.outside / "ballast").unlink()

    def resize(self, size_bytes: int) -> None:
        """Make it larger, or smaller."""
        remount = ("mount", "-o", f"remount,size={size_bytes}", self.folder)
        subprocess.run(self.inside(*remount), check=True)


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[SmallDisk]:
    """Mount a disk of a size at a folder; skip the test where that is not permitted."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"no real full disk: {', '.join(missing)} is not here")
    folder.mkdir()
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _KEEP, "sh"]
    with subprocess.Popen(
        [*command, str(size_bytes), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        assert keeper.stderr is not None
        if keeper.stdout.readline() != "mounted\n":
            pytest.skip(f"no real full disk: {keeper.stderr.read().strip()}")
        try:
            yield SmallDisk(folder, keeper.pid)
        finally:
            keeper.stdin.close()  # it reads to the end
            keeper.wait(_ENDS_SECONDS)
