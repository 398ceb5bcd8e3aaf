"""How a zygote's interpreter is started: with what arguments, variables and descriptors.

Imports the standard library, and the values. Nothing of the daemon's own is handed on.
"""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from codeiod_sandbox.flavours import Flavour
from codeiod_sandbox.outcomes import SandboxLevel

_GUEST = Path(__file__).parent
# A zygote forks while it idles and has one thread: nothing needs mending in a child, and what
# modules would do about it costs a child more than its program does.
_BOOTSTRAP = """\
import os, sys
os.register_at_fork = lambda **hooks: None
sys.path.insert(0, {folder!r})
from guest.main import main
del sys.path[0]
main()
"""


# By the number of the twin; the clock of each is set by the guest.
_TWINS_OWN: tuple[dict[str, str], ...] = (
    {},
    {"PYTHONHASHSEED": "20011", "TZ": "<+1245>-12:45", "PAD": "x" * 1999},
    {"PYTHONHASHSEED": "31337", "TZ": "<-0930>9:30", "PAD": "x" * 5003},
)


@dataclass(frozen=True, slots=True)
class Jailing:
    """Which layers a zygote is to build; the last two are attempts."""

    namespaces: bool
    landlock: bool
    seccomp: bool

    @classmethod
    def up_to(cls, level: SandboxLevel) -> "Jailing":
        return cls(
            namespaces=level >= SandboxLevel.FULL,
            landlock=level >= SandboxLevel.NO_NAMESPACES,
            seccomp=level >= SandboxLevel.WEAK,
        )

    def without_namespaces(self) -> "Jailing":
        return replace(self, namespaces=False)


def spawn(
    python: Path,
    flavour: Flavour,
    jailing: Jailing,
    places: Mapping[str, str],
    control: socket.socket,
) -> int:
    """Start an interpreter that becomes a zygote; return its pid. :raises OSError: if it can't be.

    :param places: `scratch` and `cgroup`, folders of its own. :param control: its end of it.
    """
    settings = {
        "parent": os.getpid(),
        **asdict(jailing),
        "twin": flavour.twin,
        "preload": flavour.preload,
        "allowed": flavour.allowed,
        **places,
    }
    code = _BOOTSTRAP.format(folder=str(_GUEST))
    arguments = [str(python), "-s", "-P", "-B", "-c", code, json.dumps(settings)]
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    actions = [*null, (os.POSIX_SPAWN_DUP2, control.fileno(), 3)]
    return os.posix_spawn(
        python,
        arguments,
        _environment(flavour, places["scratch"]),
        file_actions=actions,
        setsid=True,  # the terminal's signals are the daemon's
        setsigmask=(),
    )


def _environment(flavour: Flavour, scratch: str) -> dict[str, str]:
    """Return all that a guest's environment holds: nothing of the daemon's own."""
    one_thread = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": scratch,
        "TMPDIR": scratch,
        "MPLCONFIGDIR": scratch,
        "MPLBACKEND": "Agg",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "1",
        "MALLOC_ARENA_MAX": "1",
        "LD_BIND_NOW": "1",
        "TZ": "UTC",
        **dict.fromkeys((*one_thread, "NUMEXPR_NUM_THREADS"), "1"),
    }
    return environment | _TWINS_OWN[flavour.twin]
