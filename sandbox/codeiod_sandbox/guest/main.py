"""The entry of a zygote: build the jail layer by layer, say what holds, serve.

Imports the standard library alone. Started with a small environment, descriptors 0 to 2 on
/dev/null, 3 the control socket, and its settings as JSON in the one argument.
"""

# pathlib is modules of half a megabyte, and each fork pays for it; dataclasses of one and a half.
# ruff: noqa: PTH110, PTH116, PTH118, PTH120

import contextlib
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import NamedTuple

from . import landlock, namespaces, rlimits, seccomp, syscalls
from .lock import Jail
from .messages import BY_SIGNAL, FAULT_PREFIX
from .own_memory import SCORE_OF_A_ZYGOTE, FirstToGo, OwnMemory
from .program import FILE_NAME
from .warmup import preload, warm_up
from .zygote import Zygote

_CONTROL = 3
_NICENESS = 5
_FOREIGN_USERS = 4000  # of those that systemd keeps for users that come and go
# A service manager sends these to each process of a service; the daemon decides what ends when.
_NOT_FOR_THE_KEEPER = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
HOST_NAMES = ("sandbox", "sandcastle", "sandpit")  # by the number of the twin
_SYSTEM_TREES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo")
_READABLE_FILES = ("/etc/ld.so.cache", "/etc/passwd")


class Settings(NamedTuple):
    """What the daemon's side asks of a zygote."""

    parent: int
    namespaces: bool
    landlock: bool
    seccomp: bool
    twin: int  # 0, or which of the twins it is
    preload: list[str]
    allowed: list[str] | None
    scratch: str  # the private folder where there are no namespaces
    cgroup: str  # the folder of the cgroup to live in, empty where there is none


class Layers:
    """Which layers hold; the reason where one does not."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

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
    sys.argv[:] = sys.orig_argv[:] = [FILE_NAME]
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


class _Place(NamedTuple):
    """Where a zygote has settled; `own_pids` is None where it has no namespaces."""

    own_pids: int | None
    own_memory: OwnMemory
    first_to_go: FirstToGo
    tmp: str
    readable: list[str]


def _build(settings: Settings, control: socket.socket) -> Zygote:
    layers = Layers()
    trees = _visible_trees()
    os.nice(_NICENESS)
    with contextlib.suppress(OSError):
        namespaces.write_kernel_file("/proc/self/oom_score_adj", SCORE_OF_A_ZYGOTE.decode())
    if settings.cgroup:
        # Before the namespaces: from in there the folder is not to be seen.
        members = f"{settings.cgroup}/cgroup.procs"
        layers.attempt("cgroup", lambda: namespaces.write_kernel_file(members, "0"))
    if settings.namespaces:
        place = _settle_in_namespaces(trees, control, settings.twin)
        layers.held |= {"namespaces": "on", "private root": "on"}
    else:
        keeper = os.getpid()
        _leave_a_keeper(control)
        own, first = OwnMemory.open(), FirstToGo.open()  # of a former root's, it belongs to root
        layers.attempt("foreign user", lambda: _become_nobody(settings.scratch))
        namespaces.die_with_parent(keeper)
        place = _Place(None, own, first, settings.scratch, [*trees, *_READABLE_FILES])
    os.environ.update(dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR"), place.tmp))
    os.chdir("/")
    return _last_layers(settings, layers, control, place)


def _settle_in_namespaces(trees: list[str], control: socket.socket, twin: int) -> _Place:
    copies = namespaces.copy_trees(trees)
    namespaces.unshare()
    _leave_a_keeper(control)
    own_memory, first_to_go = OwnMemory.open(), FirstToGo.open()
    own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    tmps = namespaces.names_of_tmp(trees, twin)
    namespaces.private_root(trees, copies, tmps)
    with contextlib.suppress(OSError):  # a service that may not name hosts keeps the name it has
        socket.sethostname(HOST_NAMES[twin])
    namespaces.drop_root()
    namespaces.mount_tmp(tmps)
    namespaces.die_with_forker()
    return _Place(own_pids, own_memory, first_to_go, tmps[0], ["/"])


def _last_layers(
    settings: Settings, layers: Layers, control: socket.socket, place: _Place
) -> Zygote:
    """Add what needs neither mounts nor users, warm up, and report."""
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    preload(settings.preload, settings.allowed, twin=settings.twin)
    if place.own_pids is not None and not namespaces.is_untouched(place.tmp):
        namespaces.fresh_tmp(place.tmp)

    def make_ruleset() -> int:
        return landlock.ruleset(place.readable, [place.tmp], namespaces.DEVICES)

    locks = layers.attempt("landlock", lambda: os.close(make_ruleset()), wanted=settings.landlock)
    if locks:
        layers.held["landlock abi"] = str(landlock.abi())
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
    if place.own_pids is None:
        syscalls.set_capabilities()  # which it has as root: what it tidies up after is not trusted
    filters = layers.attempt(
        "seccomp", lambda: seccomp.install(seccomp.zygote_filter()), wanted=settings.seccomp
    )
    warm_up(twin=settings.twin > 0)
    foreign = place.own_pids is not None or layers.held.get("foreign user") == "on"
    jail = Jail(
        ruleset=make_ruleset() if locks else None,
        filters_calls=filters,
        address_bytes=place.own_memory.address_bytes(),
        processes=rlimits.PROCESSES if foreign else None,
        shares_files=place.own_pids is None,
        tmp=place.tmp,
        twin=settings.twin > 0,
    )
    zygote = Zygote(
        control, jail, place.own_pids, place.own_memory, place.first_to_go, make_ruleset
    )
    gc.collect()
    gc.freeze()
    about = {"layers": layers.held, "python": sys.version.split()[0]}
    control.send(json.dumps(about).encode())
    return zygote


def _leave_a_keeper(control: socket.socket) -> None:
    """Fork: the child goes on, as first process of a new pid namespace if one was unshared.

    The parent waits for it. The daemon can wait for the keeper and kill it; the zygote, and with
    it all that is in the namespace, dies with its keeper. A zygote that somebody stops would keep
    its job for ever: the keeper kills it, so that the daemon sees its end.
    """
    daemon = os.getppid()
    zygote = os.fork()
    if zygote == 0:
        namespaces.die_with_forker()
        return
    control.close()
    os.closerange(_CONTROL, 1 << 20)
    namespaces.die_with_parent(daemon)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)  # no filter binds it: it is not to be rewritten
    for number in _NOT_FOR_THE_KEEPER:
        signal.signal(number, lambda *_: None)
    while True:
        _, status = os.waitpid(zygote, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            os.kill(zygote, signal.SIGKILL)
        elif os.WIFSIGNALED(status):
            os._exit(BY_SIGNAL + os.WTERMSIG(status))
        else:
            os._exit(os.WEXITSTATUS(status))


def _visible_trees() -> list[str]:
    """Narrow the module path to the interpreter's own trees, and return what a program may read."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    prefixes |= {os.path.realpath(prefix) for prefix in prefixes}
    sys.path[:] = [
        entry for entry in sys.path if any(entry.startswith(prefix + "/") for prefix in prefixes)
    ]
    libraries = [os.path.join(sys.base_prefix, "lib")]
    entries = [entry for entry in sys.path if os.path.exists(entry)]
    real = [os.path.realpath(entry) for entry in [*libraries, *entries]]
    return [*libraries, *entries, *real, *_SYSTEM_TREES, "/etc/ld.so.cache"]


def _become_nobody(tmp: str) -> None:
    """As root without namespaces: become a user without files, if it can still read modules.

    Not the same for all: what limits the processes of a user limits those of all its zygotes.
    """
    if os.getuid() != 0:
        raise OSError(0, "not root: programs run as the daemon's own user")
    for entry in [tmp, *sys.path]:
        folder = entry
        while folder != os.path.dirname(folder):
            folder = os.path.dirname(folder)
            if not os.stat(folder).st_mode & 0o001:
                raise OSError(0, f"{folder} is closed to other users")
    user = namespaces.OUTER_ID + os.getpid() % _FOREIGN_USERS
    os.chown(tmp, user, user)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
