"""Two filters of system calls, as search trees in classic BPF. Imports the standard library alone.

Stage 1 is installed once, by the zygote, and inherited for nothing: an allow list. What only an
attacker asks for kills the process; the rest is refused as if not permitted. Stage 2 is a few
more rules, installed by each child, for what the zygote itself still needed: new processes,
mounts, namespaces, signals to others.
"""

import ctypes
import errno
import os
import signal
import socket
import struct
from collections.abc import Mapping
from resource import RLIMIT_CPU
from typing import NamedTuple

from .syscall_table import ALLOWED, FATAL, NUMBERS
from .syscalls import (
    CLONE_NEWCGROUP,
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWTIME,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
    CLONE_THREAD,
    PR_SET_DUMPABLE,
    PR_SET_PDEATHSIG,
    call,
)

MACHINE = os.uname().machine
_AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_FIRST_X32 = 0x40000000  # another ABI of x86-64; elsewhere no number is that high
_SET_MODE_FILTER = 1

_LOAD, _RETURN, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_SET = 0x20, 0x06, 0x15, 0x35, 0x45
_NUMBER_OFFSET, _ARCH_OFFSET, _ARGUMENTS_OFFSET = 0, 4, 16

_NEW_NAMESPACES = (
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID
) | (CLONE_NEWNET | CLONE_NEWTIME)
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS WINSZ FIONREAD NBIO NCLEX CLEX
_IRRESISTIBLE = (signal.SIGKILL, signal.SIGSTOP)
# F_SETOWN F_SETSIG F_SETOWN_EX: to anyone, and any signal; F_SETLEASE F_NOTIFY: on others' files
_MEDDLING_FCNTLS = (8, 10, 15, 1024, 1026)
# Those that take no address: a datagram of a pair could go to any socket that has a path.
_STREAMS = tuple(
    kind | flags
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET)
    for flags in (0, socket.SOCK_NONBLOCK, socket.SOCK_CLOEXEC, 0x80800)
)
_PR_SET_SECCOMP, _PR_SCHED_CORE = 22, 62
# Another filter is no use; a core dump may be a program of the machine's that is started.
_REFUSED_PRCTLS = (PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SCHED_CORE)
_CHANGE_OF_MODES = ("chmod", "fchmod", "fchmodat", "utime", "utimes", "futimesat", "utimensat")
_MAX_JUMP = 255


class _Instruction(NamedTuple):
    code: int
    word: int
    if_true: int = 0
    if_false: int = 0

    def pack(self) -> bytes:
        return struct.pack("=HBBI", self.code, self.if_true, self.if_false, self.word)


_Block = tuple[_Instruction, ...]

_ALLOW: _Block = (_Instruction(_RETURN, 0x7FFF0000),)
_KILL: _Block = (_Instruction(_RETURN, 0x80000000),)


def _refuse(number: int) -> _Block:
    return (_Instruction(_RETURN, 0x00050000 | number),)


_NOT_PERMITTED = _refuse(errno.EPERM)


def _argument(index: int) -> _Instruction:
    return _Instruction(_LOAD, _ARGUMENTS_OFFSET + 8 * index)


def _if_any_bit(index: int, bits: int, then: _Block, otherwise: _Block) -> _Block:
    return (_argument(index), _Instruction(_JUMP_SET, bits, 0, len(then)), *then, *otherwise)


def _if_one_of(index: int, words: tuple[int, ...], then: _Block, otherwise: _Block) -> _Block:
    tests = [
        _Instruction(
            _JUMP_EQUAL, word, len(words) - place - 1, 0 if words[place + 1 :] else len(then)
        )
        for place, word in enumerate(words)
    ]
    return (_argument(index), *tests, *then, *otherwise)


def _if_null(index: int, then: _Block, otherwise: _Block) -> _Block:
    high = _Instruction(_LOAD, _ARGUMENTS_OFFSET + 8 * index + 4)
    not_in_low = _Instruction(_JUMP_EQUAL, 0, 0, 2 + len(then))
    return (
        _argument(index),
        not_in_low,
        high,
        _Instruction(_JUMP_EQUAL, 0, 0, len(then)),
        *then,
        *otherwise,
    )


def zygote_filter(machine: str = MACHINE) -> bytes:
    """Return stage 1: what a zygote and its children may ever ask of the kernel.

    No program may stop or kill itself, by signal, by timer or by a limit on CPU time: what ends
    that way was ended by somebody else. The zygote kills by other calls.
    """
    rules = {**dict.fromkeys(ALLOWED, _ALLOW), **dict.fromkeys(FATAL, _KILL)}
    not_on_cpu_time = _if_one_of(1, (RLIMIT_CPU,), _if_null(2, _ALLOW, _NOT_PERMITTED), _ALLOW)
    only_streams = _if_one_of(1, _STREAMS, _ALLOW, _NOT_PERMITTED)
    only_pid = _if_one_of(0, (CLONE_NEWPID,), _ALLOW, _KILL)
    rules |= {
        "clone": _if_any_bit(0, _NEW_NAMESPACES, _KILL, _ALLOW),
        "clone3": _refuse(errno.ENOSYS),
        "unshare": only_pid,
        "setns": _if_one_of(1, (CLONE_NEWPID,), _ALLOW, _KILL),
        "socketpair": _if_one_of(0, (socket.AF_UNIX,), only_streams, _NOT_PERMITTED),
        "prctl": _if_one_of(0, _REFUSED_PRCTLS, _NOT_PERMITTED, _ALLOW),
        "kill": _if_one_of(1, _IRRESISTIBLE, _NOT_PERMITTED, _ALLOW),
        "tgkill": _if_one_of(2, _IRRESISTIBLE, _NOT_PERMITTED, _ALLOW),
        "fcntl": _if_one_of(1, _MEDDLING_FCNTLS, _NOT_PERMITTED, _ALLOW),
        "setrlimit": _if_one_of(0, (RLIMIT_CPU,), _NOT_PERMITTED, _ALLOW),
        "prlimit64": _if_one_of(0, (0,), not_on_cpu_time, _NOT_PERMITTED),
        "ioctl": _if_one_of(1, _IOCTLS, _ALLOW, _refuse(errno.ENOTTY)),
    }
    return _assemble(rules, _NOT_PERMITTED, machine)


def child_filter(own_pid: int, machine: str = MACHINE, *, shares_files: bool = False) -> bytes:
    """Return stage 2: no processes, mounts or namespaces, and signals to itself alone.

    :param shares_files: where a program sees files of the machine, as without namespaces. Landlock
        leaves modes and times to those who own a file: who changes them there is told that it is
        done, as what copies a file goes on to do so.
    """
    to_itself = _if_one_of(0, (own_pid,), _ALLOW, _NOT_PERMITTED)
    rules = {
        "clone": _if_any_bit(0, CLONE_THREAD, _ALLOW, _NOT_PERMITTED),
        "kill": to_itself,
        "tgkill": to_itself,
        "prctl": _if_one_of(0, (PR_SET_PDEATHSIG,), _NOT_PERMITTED, _ALLOW),
        "mount": _KILL,
        "umount2": _KILL,
        "unshare": _KILL,
        "setns": _KILL,
        "capset": _NOT_PERMITTED,
        "seccomp": _NOT_PERMITTED,
        "pidfd_open": _NOT_PERMITTED,
        "pidfd_send_signal": _NOT_PERMITTED,
        "landlock_create_ruleset": _NOT_PERMITTED,
        "landlock_add_rule": _NOT_PERMITTED,
        "landlock_restrict_self": _NOT_PERMITTED,
    }
    if shares_files:
        rules |= dict.fromkeys(_CHANGE_OF_MODES, _refuse(0))
    return _assemble(rules, _ALLOW, machine)


def _assemble(rules: Mapping[str, _Block], default: _Block, machine: str) -> bytes:
    """Return the program that decides by name; a machine need not have all of them."""
    if machine not in NUMBERS:
        raise OSError(errno.ENOSYS, f"no filter is written for {machine}")
    numbers = NUMBERS[machine]
    blocks = {numbers[name]: block for name, block in rules.items() if name in numbers}
    intervals: list[tuple[int, _Block]] = []
    for number in range(max(blocks) + 2):
        block = blocks.get(number, default)
        if not intervals or intervals[-1][1] != block:
            intervals.append((number, block))
    intervals.append((_FIRST_X32, _KILL))
    program = (
        _Instruction(_LOAD, _ARCH_OFFSET),
        _Instruction(_JUMP_EQUAL, _AUDIT_ARCHITECTURES[machine], 1, 0),
        *_KILL,
        _Instruction(_LOAD, _NUMBER_OFFSET),
        *_tree(intervals),
    )
    return b"".join(instruction.pack() for instruction in program)


def _tree(intervals: list[tuple[int, _Block]]) -> _Block:
    """Return a binary search for the interval that the number in the accumulator lies in."""
    if len(intervals) == 1:
        return intervals[0][1]
    middle = len(intervals) // 2
    below, above = _tree(intervals[:middle]), _tree(intervals[middle:])
    if len(below) > _MAX_JUMP:
        raise OverflowError("the filter's tree is too wide for its jumps")
    return (_Instruction(_JUMP_AT_LEAST, intervals[middle][0], len(below), 0), *below, *above)


def install(filter_bytes: bytes) -> None:
    """Bind the calling process for good. :raises OSError: where the kernel has no filters."""
    buffer = ctypes.create_string_buffer(filter_bytes, len(filter_bytes))
    program = struct.pack("=H6xQ", len(filter_bytes) // 8, ctypes.addressof(buffer))
    call("seccomp", _SET_MODE_FILTER, 0, program)
