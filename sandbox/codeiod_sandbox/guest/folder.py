"""The private folder of a zygote without namespaces, emptied after each program.

Imports the standard library alone. Its name is not trusted, as a program may have put something
else in its place: all goes by a descriptor. Names are text, as they may be any bytes.
"""

import os
import stat

_OWN = 0o700
_AS_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Folder:
    """One folder, held open."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor = os.open(path, _AS_FOLDER)

    def empty(self) -> None:
        """Remove all that is in it, however deep and whatever its modes; its users are dead.

        :raises OSError: where the name stands for something else now.
        """
        folder = self._descriptor
        os.fchmod(folder, _OWN)
        while names := os.listdir(folder):  # noqa: PTH208 # by descriptor
            for name in names:
                _remove(name, folder)
        os.utime(folder, (0, 0))
        if not os.path.samestat(os.lstat(self._path), os.fstat(folder)):
            raise OSError(f"{self._path} is another folder")


def _remove(name: str, folder: int) -> None:
    if not _is_folder(name, folder):
        os.unlink(name, dir_fd=folder)
        return
    os.chmod(name, _OWN, dir_fd=folder)
    inside = os.open(name, _AS_FOLDER, dir_fd=folder)
    try:
        for inner in os.listdir(inside):  # noqa: PTH208 # by descriptor
            if _is_folder(inner, inside):
                os.chmod(inner, _OWN, dir_fd=inside)  # else it can't be moved
            os.rename(inner, os.urandom(8).hex(), src_dir_fd=inside, dst_dir_fd=folder)
    finally:
        os.close(inside)
    os.rmdir(name, dir_fd=folder)


def _is_folder(name: str, folder: int) -> bool:
    return stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode)
