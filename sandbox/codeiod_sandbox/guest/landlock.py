"""Bind a process to few files, no TCP and no foreign signals. Standard library alone."""

import os
import stat
import struct
from collections.abc import Iterable

from .syscalls import call

_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1
SIGNAL_SCOPE_ABI = 6

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MAKE_FIFO, _MAKE_SYM, _REFER, _TRUNCATE = 1 << 10, 1 << 12, 1 << 13, 1 << 14
_READ = _READ_FILE | _READ_DIR
_CHANGE = (
    _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_FIFO | _MAKE_SYM
) | (_REFER | _TRUNCATE)
_OF_A_FILE = _WRITE_FILE | _READ_FILE | _TRUNCATE
_FILE_RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15}  # how many bits of rights each version knows
_TCP = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


def abi() -> int:
    """Return the version that the kernel offers. :raises OSError: where it offers none."""
    return call("landlock_create_ruleset", None, 0, _CREATE_RULESET_VERSION)


def ruleset(readable: Iterable[str], writable: Iterable[str], devices: Iterable[str]) -> int:
    """Return the descriptor of a ruleset that grants these trees and nothing else."""
    version = abi()
    handled = (1 << _FILE_RIGHTS_BY_ABI.get(version, 16)) - 1
    words = [handled]
    if version >= 4:
        words.append(_TCP)
    if version >= SIGNAL_SCOPE_ABI:
        words.append(_ABSTRACT_SOCKETS_AND_SIGNALS)
    attributes = struct.pack(f"={len(words)}Q", *words)
    rules = call("landlock_create_ruleset", attributes, len(attributes), 0)
    os.set_inheritable(rules, False)
    for path in readable:
        _grant(rules, path, _READ & handled)
    for path in devices:
        _grant(rules, path, (_READ_FILE | _WRITE_FILE) & handled)
    for path in writable:
        _grant(rules, path, (_READ | _CHANGE) & handled)
    return rules


def _grant(rules: int, path: str, rights: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= _OF_A_FILE
        call("landlock_add_rule", rules, _RULE_PATH_BENEATH, struct.pack("=Qi", rights, parent), 0)
    finally:
        os.close(parent)


def restrict(rules: int) -> None:
    """Bind the calling process for good; it must have no_new_privs."""
    call("landlock_restrict_self", rules, 0)
