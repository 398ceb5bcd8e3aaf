"""The system calls that Python has no function for, by ctypes. Standard library alone."""

import ctypes
import os
import struct

LIBC = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
CLONE_NEWTIME = 0x00000080
CLONE_THREAD = 0x00010000

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_NOATIME = 1024
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC = 1, 2, 4, 8
AT_RECURSIVE = 0x8000
AT_FDCWD = -100
OPEN_TREE_CLONE = 1
OPEN_TREE_CLOEXEC = os.O_CLOEXEC
MOVE_MOUNT_F_EMPTY_PATH = 4

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

CAP_SYS_ADMIN = 21
_CAPABILITY_VERSION_3 = 0x20080522

# Numbers from 424 on are the same everywhere; the older ones are not.
_OLD_NUMBERS = {
    "x86_64": {"capset": 126, "pivot_root": 155, "seccomp": 317},
    "aarch64": {"capset": 91, "pivot_root": 41, "seccomp": 277},
}
_NUMBERS = {
    "open_tree": 428,
    "move_mount": 429,
    "mount_setattr": 442,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
    **_OLD_NUMBERS.get(os.uname().machine, {}),
}


def _checked(result: int, name: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def call(name: str, *arguments: object) -> int:
    """Make the system call `name`. :raises OSError: with the call's name in its text."""
    number = _NUMBERS.get(name)
    if number is None:
        raise OSError(38, f"{name}: not known on {os.uname().machine}")
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    return _checked(LIBC.syscall(ctypes.c_long(number), *words), name)


def prctl(option: int, value: int) -> None:
    _checked(LIBC.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl({option})")


def unshare(flags: int) -> None:
    _checked(LIBC.unshare(flags), "unshare")


def setns(descriptor: int, kind: int) -> None:
    _checked(LIBC.setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    result = LIBC.mount(
        os.fsencode(source),
        os.fsencode(target),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        data.encode() if data else None,
    )
    _checked(result, f"mount {target}")


def copy_tree(source: str) -> int:
    """Return the descriptor of a detached copy of a mounted tree, to be attached elsewhere."""
    flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE
    return call("open_tree", AT_FDCWD, os.fsencode(source), flags)


def attach_tree(tree: int, target: str) -> None:
    call("move_mount", tree, b"", AT_FDCWD, os.fsencode(target), MOVE_MOUNT_F_EMPTY_PATH)


def umount(target: str) -> None:
    _checked(LIBC.umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def set_mount_attributes(target: str, attributes: int, *, recursive: bool) -> None:
    """Add MOUNT_ATTR flags to a mount, and to all below it if `recursive`."""
    flags = AT_RECURSIVE if recursive else 0
    block = struct.pack("=QQQQ", attributes, 0, 0, 0)
    call("mount_setattr", AT_FDCWD, os.fsencode(target), flags, block, len(block))


def pivot_to_here() -> None:
    """Make the working directory the root and let go of the old one."""
    call("pivot_root", b".", b".")
    umount(".")
    os.chdir("/")


def set_capabilities(*kept: int) -> None:
    """Keep these capabilities and no other, neither permitted nor inheritable."""
    mask = sum(1 << capability for capability in kept)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    call("capset", header, struct.pack("=6I", low, low, 0, high, high, 0))
