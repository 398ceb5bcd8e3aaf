"""Which layers of isolation this machine grants, and how to get the others.

Starts a real zygote, level by level: what it could build is what there is.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio

from codeiod_sandbox.outcomes import SandboxLevel
from codeiod_sandbox.pool import Sandbox

SCIENCE_MODULES = (
    ("numpy", "scipy", "pandas", "sympy", "networkx", "sklearn", "nltk", "Crypto", "matplotlib")
)  # fmt: skip
_MODULES_SECONDS = 60
_HOW_TO_GET = {
    "namespaces": "allow user namespaces: sysctl user.max_user_namespaces and "
    "kernel.apparmor_restrict_unprivileged_userns=0; in Docker a seccomp profile with unshare",
    "private root": "allow mounts in user namespaces: an AppArmor profile with `userns,`",
    "landlock": "Linux 6.12 or later with landlock in the kernel's list: lsm=landlock,...",
    "seccomp": "a kernel with CONFIG_SECCOMP_FILTER on x86-64",
    "foreign user": "run as an ordinary user, or put the interpreter where all users can read it",
    "cgroup": "run under systemd with Delegate=memory pids (not used yet)",
}


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: whether it works here, why not, and how to get it."""

    name: str
    works: bool
    why_not: str
    how_to_get: str


@dataclass(frozen=True, slots=True)
class Probe:
    """What the sandbox can do on this machine."""

    level: SandboxLevel
    layers: tuple[Layer, ...]
    python: str
    missing_modules: tuple[str, ...]


def probe(python: Path | None = None) -> Probe:
    """Start a zygote with `python` (the running one if None) and report what it got.

    Takes a second; not for use on an event loop. :raises SandboxError: where none starts at all.
    """
    level, layers = anyio.run(_layers_of, python)
    return Probe(
        level,
        tuple(_layer(name, layers.get(name, "not built at this level")) for name in _names(layers)),
        str(python or sys.executable),
        _missing_modules(python),
    )


async def _layers_of(python: Path | None) -> tuple[SandboxLevel, Mapping[str, str]]:
    async with Sandbox(workers=1, python=python) as sandbox:
        return sandbox.level, sandbox.layers


def _names(layers: Mapping[str, str]) -> list[str]:
    names = ["namespaces", "private root", "landlock", "seccomp"]
    return names if layers.get("namespaces") == "on" else [*names, "foreign user"]


def _layer(name: str, state: str) -> Layer:
    works = state == "on"
    return Layer(name, works, "" if works else state, "" if works else _HOW_TO_GET[name])


def _missing_modules(python: Path | None) -> tuple[str, ...]:
    if python is None:
        return tuple(name for name in SCIENCE_MODULES if importlib.util.find_spec(name) is None)
    code = (
        "import sys\nfrom importlib.util import find_spec\n"
        "print(*(name for name in sys.argv[1:] if find_spec(name) is None))"
    )
    told = subprocess.run(
        [str(python), "-s", "-P", "-c", code, *SCIENCE_MODULES],
        capture_output=True,
        check=True,
        timeout=_MODULES_SECONDS,
        text=True,
    )
    return tuple(told.stdout.split())
