"""Find the files that a source leads to, holding a block of names at a time.

May import ``items`` and the other modules of ``sources``. A folder of a million names costs the
memory of one block; what is read in one block is sorted, blocks come in the folder's own order.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from itertools import islice
from pathlib import Path

from codeiod.items import Entry, Origin
from codeiod.sources.formats import is_container
from codeiod.sources.languages import language_of
from codeiod.sources.places import Found, origin_of, printable, reason_of, unreadable

BLOCK_NAMES = 512


def walk(source: str, exclude: Path) -> Generator[Found | Entry | None]:
    """Yield the files of a source, an entry for each that can't be listed, None to take a breath.

    In folders: names with a programming language's extension and containers. Skipped there: hidden
    names, symbolic links, pipes, sockets, devices, and the folder ``exclude`` wherever it is met.
    """
    path = Path(source)
    if not path.is_dir():
        file = str(path.parent.resolve() / path.name)
        try:
            origin = origin_of(source, file, Path(file).stat())
        except OSError as error:
            yield unreadable(Origin(printable(source), printable(file)), reason_of(error))
        else:
            yield Found(file, printable(source), origin, named=True)
        return
    yield from Folder(source, str(path.resolve()), identity(exclude)).files()


def identity(folder: Path) -> tuple[int, int] | None:
    """Tell a folder's device and inode: the same by whatever name it is met."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


class Folder:
    """One folder that the operator named; ``root`` is its real path."""

    def __init__(self, source: str, root: str, exclude: tuple[int, int] | None) -> None:
        self._source = source
        self._root = root
        self._exclude = exclude

    def files(self, start: str = "") -> Generator[Found | Entry | None]:
        """Walk depth first, with a stack of our own: nesting may be deeper than Python's.

        :param start: a folder below the root, to walk that alone.
        """
        stack = [self._names(start or self._root)]
        try:
            while stack:
                name = next(stack[-1], None)
                if name is None:
                    stack.pop()
                elif isinstance(name, Entry):
                    yield name
                elif _is_folder(name):
                    if self.may_enter(name):
                        stack.append(self._names(name.path))
                else:
                    yield self._look_at(name) if _wanted(name) else None
        finally:
            for names in stack:
                names.close()

    def found(self, file: str, status: os.stat_result) -> Found:
        """Make of a file below the root what is known of it."""
        below = printable(file.removeprefix(self._root).removeprefix("/"))
        return Found(file, below, origin_of(self._source, file, status), named=False)

    def before_listing(self, folder: str) -> None:
        """Be told of each folder before it is listed."""

    def may_enter(self, folder: os.DirEntry[str]) -> bool:
        """Tell whether a folder is for us."""
        return not folder.name.startswith(".") and (
            self._exclude is None or identity(Path(folder.path)) != self._exclude
        )

    def unlisted(self, path: str, error: OSError, what: str = "") -> Entry | None:
        """Make what stands for a folder or file that the system tells nothing of."""
        origin = Origin(printable(self._source), printable(path))
        return unreadable(origin, f"{what}{reason_of(error)}")

    def _names(self, folder: str) -> Generator[os.DirEntry[str] | Entry]:
        """List a folder, and close it as early as can be: an open one is a file descriptor."""
        try:
            self.before_listing(folder)
            with os.scandir(folder) as scan:
                while block := list(islice(scan, BLOCK_NAMES)):
                    if len(block) < BLOCK_NAMES:
                        scan.close()
                    yield from sorted(block, key=lambda name: name.name)
        except OSError as error:
            if entry := self.unlisted(folder, error, "folder can't be listed: "):
                yield entry

    def _look_at(self, name: os.DirEntry[str]) -> Found | Entry | None:
        try:
            status = name.stat(follow_symlinks=False)
        except OSError as error:
            return self.unlisted(name.path, error)
        return self.found(name.path, status)


def is_wanted(name: str) -> bool:
    """Tell from its name whether a file in a folder is for us."""
    return not name.startswith(".") and (is_container(name) or language_of(name) != "")


def _wanted(name: os.DirEntry[str]) -> bool:
    return is_wanted(name.name) and _may_be_file(name)


def _is_folder(name: os.DirEntry[str]) -> bool:
    try:
        return name.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _may_be_file(name: os.DirEntry[str]) -> bool:
    try:
        return name.is_file(follow_symlinks=False)
    except OSError:  # some file systems tell no kinds of names; whoever asks for more is told why
        return True
