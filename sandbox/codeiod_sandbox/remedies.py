"""What keeps a layer of the sandbox from working here, in an operator's words, and what to change.

Imports the values alone; reads files of /proc and /sys, so it is called in threads.
"""

import errno
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codeiod_sandbox.outcomes import SandboxLevel

SWITCHED_OFF = "switched off"  # by the caller, who goes no higher than some level
LANDLOCK_ABI_WITH_SCOPES = 6
UNLOCKS = {
    "namespaces": SandboxLevel.FULL,
    "private root": SandboxLevel.FULL,
    "seccomp": SandboxLevel.WEAK,
    "landlock": SandboxLevel.NO_NAMESPACES,
    "foreign user": SandboxLevel.NO_NAMESPACES,
    "cgroup": SandboxLevel.CGROUP,
}
UNIT = (
    "Delegate=memory pids cpu, OOMPolicy=continue, and from systemd 254 on DelegateSubgroup=daemon"
)
_ERRORS = {**errno.errorcode, errno.EOPNOTSUPP: "EOPNOTSUPP"}
_NUMBERED = re.compile(r"(?:\w+: )?\[Errno (\d+)\] ")
_CONTAINER_MARKS = (".dockerenv", "run/.containerenv")
_IN_A_CONTAINER = (
    "start the container with --security-opt seccomp=PROFILE --security-opt apparmor=unconfined,"
    " PROFILE one that allows unshare, setns, mount, umount2, pivot_root, open_tree, move_mount"
    " and mount_setattr"
)
_IN_A_UNIT = (
    "in a systemd unit no RestrictNamespaces=, and none but SystemCallFilter=@system-service @mount"
    " seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self sethostname"
)


@dataclass(frozen=True, slots=True)
class _Knob:
    """A setting of the kernel that keeps user namespaces from ordinary users."""

    name: str
    forbids: str
    remedy: str


_KNOBS = (
    _Knob("user.max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=15000"),
    _Knob("kernel.unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
    _Knob(
        "kernel.apparmor_restrict_unprivileged_userns",
        "1",
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or for the interpreter an"
        " AppArmor profile with `userns,`",
    ),
)


def states(layers: Mapping[str, str]) -> dict[str, str]:
    """Return the layers that bear on the level here: `on`, or why not."""
    found = {name: told(layers.get(name, SWITCHED_OFF)) for name in UNLOCKS}
    if layers.get("namespaces") == "on":
        del found["foreign user"]  # programs have one anyway
        return found
    del found["private root"]  # it comes with them
    if os.getuid() != 0:
        del found["foreign user"]  # there is none that they could be given
    abi = layers.get("landlock abi")
    if abi is not None and int(abi) < LANDLOCK_ABI_WITH_SCOPES:
        found["landlock"] = f"ABI {abi}: signals and abstract sockets are not scoped"
    return found


def keeps_below(layers: Mapping[str, str], level: SandboxLevel) -> str:
    """Say in one line which layers that are not on would make for this level."""
    least = min(level, SandboxLevel.FULL)  # namespaces make up for what level 2 wants
    bear = {
        name: why
        for name, why in states(layers).items()
        if why != "on"
        and (UNLOCKS[name] <= least or name == "namespaces" or UNLOCKS[name] == level)
    }
    return "; ".join(f"no {name} ({why})" for name, why in bear.items())


def told(state: str) -> str:
    """Name the error number in a reason, as documentation does."""
    found = _NUMBERED.search(state)
    if found:
        name = _ERRORS.get(int(found[1]), f"error {found[1]}")
        return f"{state[: found.start()]}{state[found.end() :]} ({name})"
    for number, name in _ERRORS.items():
        if state.endswith(os.strerror(number)):
            return f"{state} ({name})"
    return state


def how_to_get(name: str, why_not: str, root: Path = Path("/")) -> str:
    """Say what to change on this machine, so that a layer works that does not.

    :param root: where /proc and the marks of containers are looked for.
    """
    if why_not == SWITCHED_OFF:
        return "nothing to change here: it was asked to go no higher"
    if name in ("namespaces", "private root"):
        return _namespaces(root)
    if name == "landlock":
        return _landlock(why_not)
    if name == "foreign user":
        return "put the interpreter and its modules where every user may read, or allow namespaces"
    if name == "cgroup":
        return _cgroup(why_not)
    machine = os.uname().machine
    return f"a kernel with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64 (this is {machine})"


def _namespaces(root: Path) -> str:
    remedies = [knob.remedy for knob in _KNOBS if _value(root, knob.name) == knob.forbids]
    if not remedies and any((root / mark).exists() for mark in _CONTAINER_MARKS):
        return _IN_A_CONTAINER
    return "; ".join(remedies) or f"{_IN_A_UNIT}; {_IN_A_CONTAINER}"


def _value(root: Path, name: str) -> str | None:
    try:
        return Path(root, "proc/sys", *name.split(".")).read_text().strip()
    except OSError:
        return None


def _landlock(why_not: str) -> str:
    if "EOPNOTSUPP" in why_not:
        return "start the kernel with lsm=landlock,... in front of what it has now"
    return "Linux 6.12 or later with CONFIG_SECURITY_LANDLOCK, and landlock in its lsm= list"


def _cgroup(why_not: str) -> str:
    first = (
        "start the kernel with systemd.unified_cgroup_hierarchy=1; then " if "v1" in why_not else ""
    )
    return f"{first}run as a systemd service with {UNIT}"
