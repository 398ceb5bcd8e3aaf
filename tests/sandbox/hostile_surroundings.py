"""What a hostile program might reach or leave behind: a canary outside, and a look all around.

Imports the standard library alone; Linux only, as the sandbox is.
"""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PREFIX = "codeiod-hostile"
# In the name of whatever a program makes outside, if it can: another one in each test process.
MARK = f"{_PREFIX}-{secrets.token_hex(8)}"
SECRET_NAME = "CODEIOD_HOSTILE_SECRET"
_OPEN_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What there is of ours, or could be of a program's, on this machine."""

    processes: frozenset[int]
    stopped: frozenset[int]
    descriptors: int
    ipc: frozenset[str]
    files: frozenset[str]


def look_around(base: Path) -> Surroundings:
    """Look at all below this process, at its descriptors, and for files; `base` holds ours."""
    processes = processes_below(os.getpid())
    return Surroundings(
        processes,
        frozenset(pid for pid in processes if _state(pid) in "Tt"),
        len(_names("/proc/self/fd")),
        frozenset(_ipc_objects()),
        frozenset(_files(base)),
    )


def processes_below(pid: int) -> frozenset[int]:
    """Return those that live: what is dead and only waits for its parent is none any more."""
    return frozenset(below for below in _descendants(pid) if _state(below) not in "ZX")


def _files(base: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(base):
        yield from (f"{folder}/{name}" for name in (*folders, *files))
    yield from _marked_files()


def _marked_files() -> Iterator[str]:
    for place in _OPEN_FOLDERS:
        yield from (f"{place}/{name}" for name in _names(place) if MARK in name)


def remove_what_is_marked(base: Path) -> None:
    """Take away what a program made outside: at some levels it can, and tests may fail."""
    marked = (name for name in _names(str(base)) if _PREFIX in name)
    for name in (*_marked_files(), *(f"{base}/{name}" for name in marked)):
        shutil.rmtree(name) if Path(name).is_dir() else Path(name).unlink()


def _names(folder: str) -> list[str]:
    return os.listdir(folder)  # noqa: PTH208 # names, and not a path for each


def _descendants(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for thread in _names(f"/proc/{pid}/task"):
            children = Path(f"/proc/{pid}/task/{thread}/children").read_text()
            for child in map(int, children.split()):
                yield child
                yield from _descendants(child)


def _state(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return "X"


def _ipc_objects() -> Iterator[str]:
    for kind in ("shm", "sem", "msg"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]:
                yield f"{kind} {line.split()[1]}"


def resident_bytes(pids: frozenset[int]) -> int:
    """Return what these processes hold in memory."""
    pages = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * _PAGE_BYTES


class Canary:
    """Things outside, within easy reach of whoever gets out; and whether someone did."""

    def __init__(self, folder: Path) -> None:
        self.secret = os.environ[SECRET_NAME]
        self.folder = folder
        folder.chmod(0o777)
        self.file = folder / "secret"
        self.file.write_text(self.secret)
        self.file.chmod(0o666)
        self.process = subprocess.Popen(["/bin/sleep", "600"])
        self.listeners = [
            _listener(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            _listener(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            _listener(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "stream")),
            _listener(socket.AF_UNIX, socket.SOCK_DGRAM, str(folder / "datagrams")),
            _listener(socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{MARK}"),
        ]
        for path in ("stream", "datagrams"):
            (folder / path).chmod(0o777)
        self._files = self._look()

    def facts(self) -> dict[str, str | int]:
        """Return what a program may be told of it."""
        return {
            "folder": str(self.folder),
            "file": str(self.file),
            "process": self.process.pid,
            "parent": os.getpid(),
            "port": self.listeners[0].getsockname()[1],
            "udp_port": self.listeners[1].getsockname()[1],
            "stream": str(self.folder / "stream"),
            "datagrams": str(self.folder / "datagrams"),
            "mark": MARK,
            "abstract": self.listeners[4].getsockname().decode(),
        }

    def touched(self) -> list[str]:
        """Say what of it has changed."""
        changes = [f"{path}: {how}" for path, how in self._files ^ self._look()]
        if self.process.poll() is not None or _state(self.process.pid) in "TtZX":
            changes.append("the process was reached")
        changes += [f"{it} was reached" for it in self.listeners if _was_reached(it)]
        return changes

    def _look(self) -> set[tuple[str, str]]:
        return {(str(path), _look_of(path)) for path in [self.folder, *self.folder.rglob("*")]}

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for listener in self.listeners:
            listener.close()


def _listener(
    family: socket.AddressFamily, kind: socket.SocketKind, address: str | tuple[str, int]
) -> socket.socket:
    listener = socket.socket(family, kind)
    listener.setblocking(False)
    listener.bind(address)
    if kind == socket.SOCK_STREAM:
        listener.listen()
    return listener


def _was_reached(listener: socket.socket) -> bool:
    try:
        if listener.type == socket.SOCK_STREAM:
            listener.accept()[0].close()
        else:
            listener.recv(1)
    except BlockingIOError:
        return False
    return True


def _look_of(path: Path) -> str:
    found = path.lstat()
    content = path.read_bytes() if path.is_file() else b""
    return f"{found.st_mode:o} {found.st_nlink} {found.st_uid} {found.st_mtime_ns} {content!r}"
