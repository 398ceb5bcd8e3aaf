"""What the sandbox can do on this machine: its layers, its interpreter, the modules of programs.

Imports anyio and the package's daemon side. Starts a real sandbox: what it could build is what
there is, and what a program finds inside is what programs can import.
"""

import os
import resource
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from codeiod_sandbox import remedies
from codeiod_sandbox.attacks import Attacked, attack
from codeiod_sandbox.cgroups import NotDelegatedError, own_group
from codeiod_sandbox.modules import DEFAULT_MODULES, Modules
from codeiod_sandbox.outcomes import Call, Program, Returned, SandboxError, SandboxLevel
from codeiod_sandbox.pool import Sandbox

SCIENCE = {
    "numpy": "numpy",
    "scipy": "scipy",
    "pandas": "pandas",
    "sympy": "sympy",
    "networkx": "networkx",
    "scikit-learn": "sklearn",
    "nltk": "nltk",
    "pycryptodome": "Crypto",
    "matplotlib": "matplotlib",
}
"""What the programs of the field use: each distribution, with the module that it is known by."""
_RATE_SECONDS = 0.25
_CALLS_AT_ONCE = 32
_ABOUT = Program("""
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

def interpreter():
    return [sys.version.split()[0], [sys.prefix, sys.base_prefix]]

def module(name, distribution):
    try:
        if find_spec(name) is None:
            return [False, "not installed"]
    except ImportError as error:
        return [False, str(error)]
    try:
        return [True, version(distribution)]
    except PackageNotFoundError:
        return [True, ""]
""")
_TRIVIAL = Program("def f(n): return n")


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: whether it works, what there is to say of it, else why not and how to get it.

    :param unlocks: the level that it is wanted for.
    """

    name: str
    works: bool
    detail: str
    why_not: str
    how_to_get: str
    unlocks: SandboxLevel


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What runs the programs; `closed_at` is a folder on its way that other users may not enter."""

    path: str
    version: str
    closed_at: str


@dataclass(frozen=True, slots=True)
class Module:
    """One distribution, as programs find it: its version, or why they don't."""

    name: str
    works: bool
    version: str
    why_not: str


@dataclass(frozen=True, slots=True)
class Rate:
    """What one worker did just now, on a machine as busy as it is."""

    programs_per_second: float
    calls_per_second: float


@dataclass(frozen=True, slots=True)
class Probe:
    """What the sandbox can do on this machine.

    :param bounds: limits that this process was started under, and its programs run under too.
    :param attacks: empty where none was tried.
    """

    level: SandboxLevel
    layers: tuple[Layer, ...]
    interpreter: Interpreter
    modules: tuple[Module, ...]
    rate: Rate
    bounds: tuple[str, ...]
    attacks: tuple[Attacked, ...]

    @property
    def missing_modules(self) -> tuple[str, ...]:
        """Name the distributions that programs do not find."""
        return tuple(module.name for module in self.modules if not module.works)


def probe(
    python: Path | None = None,
    modules: Modules = DEFAULT_MODULES,
    *,
    at_most: SandboxLevel = SandboxLevel.CGROUP,
    attacks: bool = False,
) -> Probe:
    """Open a sandbox and report what it got; takes a second, and two with `attacks`.

    Not for use on an event loop. :raises SandboxError: where none starts at all.
    """
    return anyio.run(_probe, python, modules, at_most, attacks)


async def _probe(
    python: Path | None, modules: Modules, at_most: SandboxLevel, attacks: bool
) -> Probe:
    async with Sandbox(1, python=python, modules=modules, at_most=at_most) as sandbox:
        level, layers = sandbox.level, sandbox.layers
        version, prefixes = await _ask(sandbox, "interpreter")
        path = str(python or sys.executable)
        found = [await _module(sandbox, name) for name in _names(modules)]
        rate = await _rate(sandbox)
    attacked = await attack(python, at_most=at_most) if attacks else []
    closed_at = await anyio.to_thread.run_sync(_closed_at, [path, *prefixes])
    return Probe(
        level,
        await anyio.to_thread.run_sync(_layers, layers),
        Interpreter(path, version, closed_at),
        tuple(found),
        rate,
        await anyio.to_thread.run_sync(lambda: tuple(_bounds())),
        tuple(attacked),
    )


def _layers(layers: Mapping[str, str]) -> tuple[Layer, ...]:
    found = []
    for name, state in remedies.states(layers).items():
        works = state == "on"
        detail = f"ABI {layers['landlock abi']}" if works and name == "landlock" else ""
        how = "" if works else remedies.how_to_get(name, state)
        why_not = "" if works else state
        found.append(Layer(name, works, detail, why_not, how, remedies.UNLOCKS[name]))
    return tuple(found)


def _bounds() -> Iterator[str]:
    for name, kind in (("-v", resource.RLIMIT_AS), ("-d", resource.RLIMIT_DATA)):
        limit, _ = resource.getrlimit(kind)
        if limit != resource.RLIM_INFINITY:
            yield f"ulimit {name}: no process can have more than {limit >> 20:,} MB of memory"
    with suppress(NotDelegatedError, OSError):
        proc = Path("/proc/self")
        yield from group_bounds(
            *own_group((proc / "cgroup").read_text(), (proc / "mountinfo").read_text())
        )


def group_bounds(mount: Path, own: Path) -> Iterator[str]:
    """Tell of each group around this process that bounds its memory."""
    for group in (own, *own.parents):
        with suppress(FileNotFoundError):
            most = (group / "memory.max").read_text().strip()
            if most != "max":
                yield f"memory.max of {group}: {int(most) >> 20:,} MB for all together"
        if group == mount:
            return


def _names(modules: Modules) -> list[str]:
    """Return what to look for: what the field uses, and what the settings name beside it."""
    more = [name for name in modules.allowed or () if name not in SCIENCE.values()]
    return list(dict.fromkeys([*SCIENCE, *more]))


async def _module(sandbox: Sandbox, name: str) -> Module:
    works, text = await _ask(sandbox, "module", name=SCIENCE.get(name, name), distribution=name)
    return Module(name, works, text if works else "", "" if works else text)


async def _ask(sandbox: Sandbox, function: str, **arguments: str) -> Any:
    (outcome,) = await sandbox.run(_ABOUT, [Call(function, arguments)])
    if not isinstance(outcome, Returned):
        raise SandboxError(f"a program that only looks around fails: {outcome}")
    return outcome.value


async def _rate(sandbox: Sandbox) -> Rate:
    one, many = [Call("f", {"n": 1})], [Call("f", {"n": 1})] * _CALLS_AT_ONCE
    return Rate(await _per_second(sandbox, one), await _per_second(sandbox, many))


async def _per_second(sandbox: Sandbox, calls: list[Call]) -> float:
    done, began = 0, anyio.current_time()
    while (took := anyio.current_time() - began) < _RATE_SECONDS:
        done += len(await sandbox.run(_TRIVIAL, calls))
    return done / took


def _closed_at(paths: list[str]) -> str:
    """Return the first folder on the way to these that is closed to users without rights to it."""
    for path in [*paths, *map(os.path.realpath, paths)]:
        for folder in reversed(Path(path).parents):
            if folder.exists() and not folder.stat().st_mode & 0o001:
                return str(folder)
    return ""
