"""A Unix socket at a path: never another one's, with its mode before anyone can connect.

May import ``errors`` and the standard library. Blocking.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from codeiod.errors import SettingsError

MOST_PATH_BYTES = 107
"""The longest address of a Unix socket."""
ASK_SECONDS = 2.0
"""How long a socket that is there may take to say whether someone listens."""
BACKLOG = 64


@dataclass(frozen=True, slots=True)
class Bound:
    """A socket that listens at a path."""

    path: Path
    listener: socket.socket
    made: os.stat_result

    def remove(self) -> None:
        """Listen no more, and take the socket away unless it is another one by now."""
        self.listener.close()
        with suppress(OSError):
            if os.path.samestat(self.made, self.path.lstat()):
                self.path.unlink()


def bind(path: Path, mode: int) -> Bound:
    """Listen at a path; what a dead daemon left there is removed.

    The caller holds the lock of its output directory, and so is the only daemon on that.

    :raises SettingsError: another daemon listens there, something else is there, or it can't be.
    """
    try:
        _remove_stale(path)
        listener = _listening(path, mode)
        return Bound(path, listener, path.lstat())
    except OSError as error:
        raise SettingsError(_refusal(path, error)) from error


def connect(path: Path, seconds: float | None = None) -> socket.socket:
    """Connect to the socket at a path.

    :param seconds: how long it may take, and whatever is done with it.
    :raises OSError: no one listens there.
    """
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        client.settimeout(seconds)
        with _address(path) as address:
            client.connect(address)
    except BaseException:
        client.close()
        raise
    return client


def _listening(path: Path, mode: int) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _address(path) as address:
            listener.bind(address)
        # Until it listens no one can connect, whatever the umask has made of its mode.
        path.chmod(mode)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """Name a path as an address; one that is too long goes by its folder's descriptor."""
    if len(os.fsencode(path)) <= MOST_PATH_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _remove_stale(path: Path) -> None:
    """Remove the socket of a daemon that has gone.

    :raises SettingsError: someone listens there, or it is no socket.
    """
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise SettingsError(f"control socket: {path} is there and is no socket: remove it")
        with connect(path, ASK_SECONDS):
            raise SettingsError(
                f"control socket: another daemon listens at {path}: set service.socket elsewhere"
            )
    except FileNotFoundError:
        return
    except ConnectionRefusedError:
        path.unlink(missing_ok=True)


def _refusal(path: Path, error: OSError) -> str:
    if error.errno in (errno.EPERM, errno.EOPNOTSUPP):
        why = "its file system may have no sockets"
    else:
        why = error.strerror or str(error)
    return f"control socket: {path} can't be made ({why}): set service.socket elsewhere"
