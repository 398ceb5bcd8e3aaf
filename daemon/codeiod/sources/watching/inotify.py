"""What the Linux kernel tells of changes in folders, read from its own interface.

May import anyio and the standard library. ``docs/decisions/0008-hearing-inotify-ourselves.md`` says
why no library is used. It tells of names alone, and may miss some: nothing may depend on it.
"""

from __future__ import annotations

import ctypes
import os
import struct
from typing import NamedTuple

import anyio

READ_BYTES = 1 << 14
"""Some hundred changes at a time, so that the loop is not held up."""

_CLOSE_WRITE = 0x8
_MOVED_TO = 0x80
_CREATE = 0x100
_DELETE_SELF = 0x400
_MOVE_SELF = 0x800
_OVERFLOW = 0x4000
_IGNORED = 0x8000
_ONLY_FOLDERS = 0x0100_0000
_FOLLOW_NO_LINK = 0x0200_0000
_IS_FOLDER = 0x4000_0000
_LOST = _OVERFLOW | _IGNORED | _DELETE_SELF | _MOVE_SELF
_WANTED = _CLOSE_WRITE | _MOVED_TO | _CREATE | _DELETE_SELF | _MOVE_SELF

_HEADER = struct.Struct("iIII")


class Change(NamedTuple):
    """A name that came up in a folder, or was closed by its writer."""

    folder: str
    name: str
    """Empty: the folder itself is gone, or what happened in some folder was lost."""
    moved: bool
    """It came by a rename, which is the last that its maker does with it."""
    is_folder: bool


class Inotify:
    """A queue of the kernel's, and the folders whose changes come through it."""

    def __init__(self) -> None:
        """Ask for a queue.

        :raises OSError: there is none: too many are in use.
        """
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._checked(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self._folders: dict[int, str] = {}

    def listen(self, folder: str) -> None:
        """Hear of changes in a folder, not below it; again is nothing. Any thread may call it.

        :raises OSError: it is gone, or too many folders are listened to.
        """
        mask = _WANTED | _ONLY_FOLDERS | _FOLLOW_NO_LINK
        path = os.fsencode(folder)
        watch = self._checked(self._libc.inotify_add_watch(self._descriptor, path, mask))
        self._folders[watch] = folder

    def forget(self, root: str) -> None:
        """Hear no more of a folder and those below it."""
        for watch, folder in list(self._folders.items()):
            if folder == root or folder.startswith(f"{root}/"):
                self._libc.inotify_rm_watch(self._descriptor, watch)

    async def changes(self) -> list[Change]:
        """Wait for changes, and return them."""
        while True:
            try:
                data = os.read(self._descriptor, READ_BYTES)
            except BlockingIOError:
                await anyio.wait_readable(self._descriptor)
            else:
                return self._parse(data)

    def close(self) -> None:
        """Give the queue back."""
        os.close(self._descriptor)

    def _parse(self, data: bytes) -> list[Change]:
        found: list[Change] = []
        offset = 0
        while offset < len(data):
            watch, mask, _, length = _HEADER.unpack_from(data, offset)
            offset += _HEADER.size + length
            folder = self._folders.get(watch, "")
            if mask & _LOST:
                if mask & _IGNORED:
                    self._folders.pop(watch, None)
                found.append(Change(folder, "", moved=False, is_folder=True))
            elif folder:
                name = os.fsdecode(data[offset - length : offset].rstrip(b"\0"))
                is_folder = bool(mask & _IS_FOLDER)
                found.append(Change(folder, name, bool(mask & _MOVED_TO), is_folder))
        return found

    def _checked(self, result: int) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return result
