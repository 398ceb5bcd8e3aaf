"""The entry of a zygote: build the jail layer by layer, say what holds, serve.

Imports the standard library alone. Started with a small environment, descriptors 0 to 2 on
/dev/null, 3 the control socket, and its settings as JSON in the one argument.
"""

import gc
import json
import os
import platform
import random
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from . import clock, landlock, namespaces, rlimits, seccomp, syscalls
from .child import Jail
from .messages import FAULT_PREFIX
from .program import Result, load
from .zygote import Zygote

_CONTROL = 3
_NICENESS = 5
_SYSTEM_TREES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo")
_READABLE_FILES = ("/etc/ld.so.cache", "/etc/passwd")
_WARM_UP = """
import dataclasses, re
@dataclasses.dataclass
class Point:
    x: int
def work(n):
    if n < 0:
        raise ValueError(f"{n} is negative")
    return {"a": [Point(i).x * 2 for i in range(n)], "b": re.sub("a", "b", "banana"), "c": 1.5}
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the daemon's side asks of a zygote."""

    parent: int
    namespaces: bool
    landlock: bool
    seccomp: bool
    twin: bool
    preload: list[str]
    scratch: str  # the private folder where there are no namespaces


@dataclass(slots=True)
class Layers:
    """Which layers hold; the reason where one does not."""

    held: dict[str, str] = field(default_factory=dict)

    def attempt(self, name: str, build: Callable[[], object], *, wanted: bool = True) -> bool:
        """Build a layer that the jail can do without."""
        if not wanted:
            self.held[name] = "switched off"
            return False
        try:
            build()
        except OSError as error:
            self.held[name] = error.strerror or str(error)
            return False
        self.held[name] = "on"
        return True


def main() -> None:
    """Be a zygote. What goes wrong on the way is told on the control socket."""
    os.closerange(_CONTROL + 1, 1 << 20)
    control = socket.socket(fileno=_CONTROL)
    control.set_inheritable(False)
    settings = Settings(**json.loads(sys.argv[1]))
    namespaces.die_with_parent(settings.parent)
    try:
        zygote = _build(settings, control)
    except Exception as error:  # noqa: BLE001 # the daemon's side decides what to do about it
        control.send(FAULT_PREFIX + f"{type(error).__name__}: {error}".encode()[:1000])
        os._exit(1)
    try:
        zygote.serve()
    except BaseException as error:
        control.send(FAULT_PREFIX + f"{type(error).__name__}: {error}".encode()[:1000])
        raise


def _build(settings: Settings, control: socket.socket) -> Zygote:
    layers = Layers()
    trees = _visible_trees()
    copies: dict[str, int] = {}
    if settings.namespaces:
        copies = namespaces.copy_trees(trees)
        namespaces.unshare()
        _leave_a_keeper(control)
        layers.held["namespaces"] = "on"
    os.nice(_NICENESS)
    own_memory = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    if settings.namespaces:
        own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        namespaces.private_root(trees, copies)
        namespaces.drop_root()
        namespaces.fresh_tmp()
        namespaces.die_with_forker()
        layers.held["private root"] = "on"
        tmp = "/tmp"
    else:
        own_pids, tmp = None, settings.scratch
        layers.attempt("foreign user", lambda: _become_nobody(tmp))
        namespaces.die_with_parent(settings.parent)
    os.chdir("/")
    return _last_layers(settings, layers, control, _Place(own_pids, own_memory, tmp, trees))


@dataclass(frozen=True, slots=True)
class _Place:
    own_pids: int | None
    own_memory: int
    tmp: str
    trees: list[str]


def _last_layers(
    settings: Settings, layers: Layers, control: socket.socket, place: _Place
) -> Zygote:
    """Add what needs neither mounts nor users, warm up, and report."""
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    _preload(settings)
    if place.own_pids is not None and not namespaces.tmp_is_untouched():
        namespaces.fresh_tmp(again=True)

    def make_ruleset() -> int:
        readable = ["/"] if place.own_pids is not None else [*place.trees, *_READABLE_FILES]
        return landlock.ruleset(readable, [place.tmp], namespaces.DEVICES)

    locks = layers.attempt("landlock", lambda: os.close(make_ruleset()), wanted=settings.landlock)
    if locks:
        layers.held["landlock abi"] = str(landlock.abi())
    filters = layers.attempt(
        "seccomp", lambda: seccomp.install(seccomp.zygote_filter()), wanted=settings.seccomp
    )
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
    _warm_up(settings)
    foreign = place.own_pids is not None or layers.held.get("foreign user") == "on"
    jail = Jail(
        ruleset=make_ruleset() if locks else None,
        filters_calls=filters,
        address_bytes=_address_bytes(place.own_memory),
        processes=rlimits.PROCESSES if foreign else None,
        tmp=place.tmp,
        twin=settings.twin,
    )
    os.close(place.own_memory)
    gc.collect()
    gc.freeze()
    about = {"layers": layers.held, "python": platform.python_version()}
    control.send(json.dumps(about).encode())
    return Zygote(control, jail, place.own_pids, make_ruleset)


def _leave_a_keeper(control: socket.socket) -> None:
    """Fork: the child goes on as first process of the new pid namespace, the parent waits for it.

    The daemon can wait for the keeper and kill it; the zygote, and with it all that is in the
    namespace, dies with its keeper.
    """
    settings_parent = os.getppid()
    zygote = os.fork()
    if zygote == 0:
        namespaces.die_with_forker()
        return
    control.close()
    os.closerange(_CONTROL, 1 << 20)
    namespaces.die_with_parent(settings_parent)
    _, status = os.waitpid(zygote, 0)
    os._exit(min(abs(os.waitstatus_to_exitcode(status)), 255))


def _visible_trees() -> list[str]:
    """Narrow the module path to the interpreter's own trees, and return what a program may read."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    prefixes |= {os.path.realpath(prefix) for prefix in prefixes}
    sys.path[:] = [
        entry for entry in sys.path if any(entry.startswith(prefix + "/") for prefix in prefixes)
    ]
    libraries = [str(Path(sys.base_prefix, "lib"))]
    entries = [entry for entry in sys.path if Path(entry).exists()]
    real = [os.path.realpath(entry) for entry in [*libraries, *entries]]
    return [*libraries, *entries, *real, *_SYSTEM_TREES, "/etc/ld.so.cache"]


def _become_nobody(tmp: str) -> None:
    """As root without namespaces: become a user without files, if it can still read modules."""
    if os.getuid() != 0:
        raise OSError(0, "not root: programs run as the daemon's own user")
    for entry in [tmp, *sys.path]:
        for folder in Path(entry).parents:
            if not folder.stat().st_mode & 0o001:
                raise OSError(0, f"{folder} is closed to other users")
    os.chown(tmp, namespaces.OUTER_ID, namespaces.OUTER_ID)
    os.setgroups([])
    os.setresgid(namespaces.OUTER_ID, namespaces.OUTER_ID, namespaces.OUTER_ID)
    os.setresuid(namespaces.OUTER_ID, namespaces.OUTER_ID, namespaces.OUTER_ID)


def _preload(settings: Settings) -> None:
    for name in settings.preload:
        try:
            import_module(name)
        except ImportError:
            continue  # what this interpreter lacks, a program will be told
    for name in [name for name in sys.modules if name.split(".")[0] == __package__]:
        del sys.modules[name]


def _warm_up(settings: Settings) -> None:
    """Do once, before any fork, what every child would do for the first time."""
    time.tzset()
    if settings.twin:
        clock.shift()
        _disturb_layout()
    main_module = sys.modules["__main__"]
    program = load(_WARM_UP, 0, twin=settings.twin)
    if isinstance(program, Result):
        raise RuntimeError(f"no warm-up: {program.body}")  # noqa: TRY004 # no type is wrong
    for number in (3, -1):
        program.call("work", {"n": number}, number, 1 << 20)
    _kept.append(main_module)


_kept: list[object] = []


def _disturb_layout() -> None:
    """Leave holes of every small size, in random order, so that addresses order differently."""
    for size in range(16, 512, 16):
        blocks = [bytes(size - 1) for _ in range(67)]
        random.shuffle(blocks)
        _kept.extend(blocks[::3])


def _address_bytes(own_memory: int) -> int:
    pages = int(os.pread(own_memory, 200, 0).split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
