"""What a program can try in order to read a secret that is not its own. Standard library alone.

Run as a program in the sandbox, and outside of it to show that each way finds what it is there to
find. It knows the secret by its digest only: to look for a text is to have it in one's memory.
"""

import contextlib
import ctypes
import hashlib
import mmap
import os
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

MARK = b"KEY-"
LENGTH = 44
READ_BYTES = 1 << 16
PAGE = 4096
BLOCK = 512 * PAGE
AROUND = 256 * BLOCK
MAX_FILES = 3000
FOLDERS = ("/dev", "/run", "/var/run", "/tmp", "/home", "/mnt", "/srv", "/sys/kernel", ".", "~")
OF_A_PROCESS = ("environ", "cmdline", "auxv", "stat", "maps", "mountinfo", "comm")
NO_REPLACE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x100000  # MAP_FIXED_NOREPLACE
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.sbrk.restype = LIBC.mmap.restype = ctypes.c_void_p
_kept: list[bytes] = []


def holds(data: bytes, digest: str) -> bool:
    """Tell whether the secret is in the data."""
    at = data.find(MARK)
    while at >= 0:
        if hashlib.sha256(data[at : at + LENGTH]).hexdigest() == digest:
            return True
        at = data.find(MARK, at + 1)
    return False


def environment(digest: str) -> list[str]:
    """Look at the variables and the words that this process was started with."""
    words = [*os.environ, *os.environ.values(), *sys.argv, *sys.orig_argv]
    return ["environment"] if holds("\n".join(words).encode(), digest) else []


def descriptors(digest: str) -> list[str]:
    """Read whatever is open, as what it is."""
    found = []
    for number in range(1024):
        with contextlib.suppress(OSError):
            if holds(_read_open(number), digest):
                found.append(f"descriptor {number}")
    return found


def _read_open(number: int) -> bytes:
    kind = os.fstat(number).st_mode
    if stat.S_ISREG(kind):
        return os.pread(number, READ_BYTES, 0)
    if stat.S_ISSOCK(kind):
        with socket.socket(fileno=os.dup(number)) as end:
            return end.recv(READ_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    if stat.S_ISFIFO(kind):
        os.set_blocking(number, False)
        return os.read(number, READ_BYTES)
    return b""


def files(digest: str, paths: list[str], pids: list[int]) -> list[str]:
    """Open files by their names, by detours to them, and what the kernel tells of processes."""
    found = []
    for path in [*_detours(paths), *_of_processes(pids, paths), *_below(FOLDERS)]:
        with contextlib.suppress(OSError, ValueError):
            if holds(_read(path), digest):
                found.append(path)
    return found


def _detours(paths: list[str]) -> Iterator[str]:
    for number, path in enumerate(paths):
        yield path
        yield "../" * 20 + path.lstrip("/")
        for make in (os.symlink, os.link):
            name = f"{make.__name__}-{number}"
            with contextlib.suppress(OSError):
                make(path, name)
                yield name


def _of_processes(pids: list[int], paths: list[str]) -> Iterator[str]:
    for pid in ("self", 1, os.getppid(), *pids):
        yield from (f"/proc/{pid}/{name}" for name in OF_A_PROCESS)
        yield from (f"/proc/{pid}/fd/{number}" for number in range(64))
        yield from (f"/proc/{pid}/{way}{path}" for way in ("root", "cwd/../..") for path in paths)
    yield from (f"/dev/fd/{number}" for number in range(64))


def _below(folders: tuple[str, ...]) -> Iterator[str]:
    left = MAX_FILES
    for folder in folders:
        for place, _, names in os.walk(Path(folder).expanduser()):
            yield from (f"{place}/{name}" for name in names)
            left -= len(names)
            if left < 0:
                return


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return os.read(descriptor, READ_BYTES)
    finally:
        os.close(descriptor)


def memory(digest: str, plant: str = "") -> dict[str, int]:
    """Read all memory that is mapped near what is known to be; return how much, how often found.

    :param plant: a secret backwards, which this puts into its memory forwards.
    """
    _kept.append(plant[::-1].encode())
    scanned = found = 0
    rest = b""
    for piece in _readable():
        scanned += len(piece)
        found += holds(rest + piece, digest)
        rest = piece[-LENGTH:]
    return {"scanned": scanned, "found": found}


def _readable() -> Iterator[bytes]:
    """Give all of it in pieces, page by page where not all of a piece may be read."""
    there, back = os.pipe()
    for start, end in _mapped():
        for address in range(start, end, READ_BYTES):
            length = min(READ_BYTES, end - address)
            piece = _copied(address, length, there, back)
            if len(piece) == length:
                yield piece
            else:
                pages = range(address, address + length, PAGE)
                yield from (_copied(page, PAGE, there, back) for page in pages)


def _copied(address: int, length: int, there: int, back: int) -> bytes:
    """Copy memory by way of the kernel: what can't be read is an error, not the end."""
    written = LIBC.write(back, ctypes.c_void_p(address), ctypes.c_size_t(length))
    return os.read(there, length) if written > 0 else b""


def _mapped() -> Iterator[tuple[int, int]]:
    """Give what is mapped around modules, arenas, the heap and the stack, in whole blocks."""
    arguments = ctypes.c_void_p.in_dll(LIBC, "environ").value
    own = ctypes.create_string_buffer(8)
    known = [id(own), id(None), id(object()), ctypes.addressof(own), LIBC.sbrk(0), arguments]
    known.append(ctypes.cast(LIBC.write, ctypes.c_void_p).value)
    blocks = {
        block
        for address in known
        if address
        for block in range(address // BLOCK * BLOCK - AROUND, address + AROUND, BLOCK)
        if 0 < block < 1 << 47
    }
    for block in sorted(blocks):
        yield from _mapped_in(block, BLOCK)


def _mapped_in(start: int, length: int) -> Iterator[tuple[int, int]]:
    """Give what is mapped in a stretch: halve it until all of it is, or nothing."""
    if _nothing_in(start, length):
        return
    states = ctypes.create_string_buffer(length // PAGE)
    if LIBC.mincore(ctypes.c_void_p(start), ctypes.c_size_t(length), states) == 0:
        yield start, start + length
    elif length > PAGE:
        yield from _mapped_in(start, length // 2)
        yield from _mapped_in(start + length // 2, length // 2)


def _nothing_in(start: int, length: int) -> bool:
    """Tell whether nothing is mapped there: then, and only then, something can be."""
    place, size = ctypes.c_void_p(start), ctypes.c_size_t(length)
    if LIBC.mmap(place, size, 0, NO_REPLACE, -1, ctypes.c_long(0)) != start:
        return False
    LIBC.munmap(place, size)
    return True
