"""A world of its own for the zygote: namespaces, and a root with little in it.

Imports the standard library alone. Made once per zygote; children inherit it for nothing.
"""

# pathlib is modules of half a megabyte, and each fork pays for it:
# ruff: noqa: PTH103, PTH114, PTH115, PTH116, PTH120, PTH123, PTH211

import contextlib
import os
import signal
import stat
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from . import syscalls
from .syscalls import (
    CAP_SYS_ADMIN,
    CLONE_NEWCGROUP,
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
)

INNER_ID = 1000
OUTER_ID = 61184  # the first of systemd's dynamic users: nobody's files
USUAL_TMP = "/tmp"
TMP_FOLDERS = (USUAL_TMP, "/scratch", "/burrow", "/den")
SHARED_MEMORY = "/dev/shm"  # where semaphores and shared memory have their files
TMP_MODE = 0o1777
TMP_BYTES = 16 << 20
TMP_INODES = 512
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
# Any directory that is there while we need no other below it serves to build the root on.
_BUILDING_SITE = "/proc"
_READ_ONLY = syscalls.MOUNT_ATTR_RDONLY | syscalls.MOUNT_ATTR_NOSUID


class _Mounted(NamedTuple):
    """A private folder when no program had been there, and its names; the first is its own."""

    names: tuple[str, ...]
    look: tuple[int, ...]


_mounted: dict[str, _Mounted] = {}  # by their own names


def unshare() -> None:
    """Enter new namespaces of every kind; the next child is the first process of its own.

    Root maps itself and a user without files, and becomes the latter in `drop_root`.
    """
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET
    flags |= CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
    user, group = os.getuid(), os.getgid()
    if user == 0 and _is_mapped(OUTER_ID):
        os.setgroups([])
        _unshare_mapped_from_outside(flags, f"0 0 1\n{INNER_ID} {OUTER_ID} 1\n")
    else:
        syscalls.unshare(flags)
        write_kernel_file("/proc/self/setgroups", "deny")
        write_kernel_file("/proc/self/uid_map", f"{INNER_ID} {user} 1\n")
        write_kernel_file("/proc/self/gid_map", f"{INNER_ID} {group} 1\n")


def _is_mapped(user: int) -> bool:
    with open("/proc/self/uid_map") as lines:
        ranges = [(int(first), int(count)) for first, _, count in map(str.split, lines)]
    return any(first <= user < first + count for first, count in ranges)


def _unshare_mapped_from_outside(flags: int, lines: str) -> None:
    """Unshare while a child that stays behind, and so may map two users, writes the maps."""
    target = os.getpid()
    ready, tell = os.pipe()
    helper = os.fork()
    if helper == 0:
        status = 1
        try:
            os.close(tell)
            if os.read(ready, 1):
                write_kernel_file(f"/proc/{target}/uid_map", lines)
                write_kernel_file(f"/proc/{target}/gid_map", lines)
                status = 0
        finally:
            os._exit(status)
    os.close(ready)
    try:
        syscalls.unshare(flags)
        os.write(tell, b"1")
    finally:
        os.close(tell)
        _, status = os.waitpid(helper, 0)
    if status:
        raise PermissionError(1, "uid_map: could not be written for two users")


def write_kernel_file(path: str, text: str) -> None:
    """Tell the kernel something by a file; a file object would lose the error of a late write."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def copy_trees(trees: Iterable[str]) -> dict[str, int]:
    """As root, take hold of the trees before the user namespace closes others' folders to it.

    Returns a descriptor for each, and nothing where that is not permitted: then they are bound
    by their paths, which an ordinary user can walk as before.
    """
    copies: dict[str, int] = {}
    for tree in _outermost(trees) if os.getuid() == 0 else ():
        with contextlib.suppress(OSError):
            if not os.path.islink(tree):
                copies[tree] = syscalls.copy_tree(tree)
    return copies


def private_root(trees: Iterable[str], copies: Mapping[str, int], tmps: Iterable[str]) -> None:
    """Leave the machine's files: a read-only root with these trees and four devices.

    :param tmps: the names of the private folder that is to be mounted, the first its own.
    """
    tmp, *_ = tmps = tuple(tmps)
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    site = _BUILDING_SITE
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC
    syscalls.mount("root", site, "tmpfs", flags, "mode=755,size=1m")
    for tree in _outermost(trees):
        _bind(tree, site, _READ_ONLY | syscalls.MOUNT_ATTR_NODEV, copies.get(tree))
    for device in DEVICES:
        _bind(device, site, _READ_ONLY | syscalls.MOUNT_ATTR_NOEXEC)
    for folder in (*tmps, "/etc"):
        os.makedirs(site + folder, exist_ok=True)
    os.symlink(tmp, site + SHARED_MEMORY)
    with open(f"{site}/etc/passwd", "w") as users:
        users.write(f"user:x:{INNER_ID}:{INNER_ID}::{tmp}:/bin/false\n")
    os.chdir(site)
    syscalls.pivot_to_here()
    syscalls.set_mount_attributes("/", _READ_ONLY, recursive=False)


def _outermost(trees: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for tree in sorted({os.path.normpath(tree) for tree in trees}):
        if not any(tree == other or tree.startswith(other + "/") for other in kept):
            kept.append(tree)
    return kept


def _bind(source: str, site: str, attributes: int, copy: int | None = None) -> None:
    """Let `source` appear in the new root, under its own name."""
    try:
        found = os.fstat(copy) if copy is not None else os.lstat(source)
    except FileNotFoundError:
        return
    target = site + source
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if stat.S_ISLNK(found.st_mode):
        os.symlink(os.readlink(source), target)
        return
    if stat.S_ISDIR(found.st_mode):
        os.makedirs(target, exist_ok=True)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_CLOEXEC))
    if copy is not None:
        syscalls.attach_tree(copy, target)
        os.close(copy)
    else:
        syscalls.mount(source, target, None, syscalls.MS_BIND | syscalls.MS_REC)
    syscalls.set_mount_attributes(target, attributes, recursive=True)


def names_of_tmp(trees: Iterable[str], twin: int) -> tuple[str, ...]:
    """Return where the private folder goes: to a place of its own in each twin, and to /tmp.

    A program whose output tells its working directory is found out so; one that names /tmp works.
    Not to /tmp where the interpreter itself lies below it.
    """
    taken = any(tree.startswith(USUAL_TMP + "/") for tree in trees)
    own = TMP_FOLDERS[twin + taken]
    return (own,) if taken or own == USUAL_TMP else (own, USUAL_TMP)


def mount_tmp(names: tuple[str, ...]) -> None:
    """Mount an empty private folder that goes by all of these names."""
    tmp, *others = names
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC | syscalls.MS_NOATIME
    size = f"mode={TMP_MODE:o},size={TMP_BYTES},nr_inodes={TMP_INODES}"
    syscalls.mount("tmp", tmp, "tmpfs", flags, size)
    for name in others:
        syscalls.mount(tmp, name, None, syscalls.MS_BIND)
    os.utime(tmp, (0, 0))
    _mounted[tmp] = _Mounted(names, _look(tmp))


def fresh_tmp(tmp: str) -> None:
    """Mount an empty one in place of the one that a program wrote to."""
    names = _mounted[tmp].names
    for name in names:
        syscalls.umount(name)
    mount_tmp(names)


def is_untouched(tmp: str) -> bool:
    """Tell whether the private folder is as it was mounted: no program can set its ctime back."""
    return _look(tmp) == _mounted[tmp].look


def _look(folder: str) -> tuple[int, ...]:
    found = os.stat(folder)
    return (found.st_mode, found.st_nlink, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def drop_root() -> None:
    """Become the inner user, with the one capability that making pid namespaces takes."""
    if os.getuid() != INNER_ID:
        syscalls.prctl(syscalls.PR_SET_KEEPCAPS, 1)
        os.setresgid(INNER_ID, INNER_ID, INNER_ID)
        os.setresuid(INNER_ID, INNER_ID, INNER_ID)
    syscalls.set_capabilities(CAP_SYS_ADMIN)


def die_with_forker() -> None:
    """Ask to be killed when the forking process ends: to be repeated after a change of user."""
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)


def die_with_parent(parent: int) -> None:
    """Ask to be killed when the parent ends, and end now if it has."""
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
