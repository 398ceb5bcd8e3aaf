"""The ways to run one trivial program that are compared; each tells the CPU time that it took.

Imports the sandbox and the standard library.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from codeiod_sandbox import Call, Program, Returned, Sandbox
from sandbox_parts import processor

FUNCTION = "main_solution"
PROGRAM = f"def {FUNCTION}(n):\n    return sum(range(n))\n"
ARGUMENT, VALUE = 100, 4950
_PRINT = f"import json\nprint(json.dumps({FUNCTION}({ARGUMENT})))\n"
REFERENCE_PREFIX = "import numpy as np\nfrom pympler import asizeof\n"
_TREES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
_LONGEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Used:
    """CPU seconds a call: of all processes together, and of this one alone."""

    seconds: float
    here: float


@dataclass(frozen=True, slots=True)
class Interpreters:
    """An interpreter for each call, which reads its program from its standard input."""

    command: list[str]
    source: str

    async def run(self, calls: int) -> Used:
        return await anyio.to_thread.run_sync(self._run, calls)

    def _run(self, calls: int) -> Used:
        here, below = processor.of_this_process(), processor.of_ended_children()
        for _ in range(calls):
            self._run_one()
        here = processor.of_this_process() - here
        below = processor.of_ended_children() - below
        return Used((here + below) / calls, here / calls)

    def _run_one(self) -> None:
        pipe = subprocess.PIPE
        with subprocess.Popen(
            self.command, stdin=pipe, stdout=pipe, text=True, process_group=0
        ) as running:
            printed, _ = running.communicate(self.source, timeout=_LONGEST_SECONDS)
        if printed.strip() != str(VALUE):
            raise ValueError(f"{self.command} printed {printed!r}")
        processor.wait_for_orphans(running.pid)


@dataclass(frozen=True, slots=True)
class Zygotes:
    """A child of one zygote for every `together` calls."""

    sandbox: Sandbox
    pids: frozenset[int]  # of the zygote and its keeper
    together: int = 1

    async def run(self, calls: int) -> Used:
        here, below = processor.of_this_process(), processor.of_living(self.pids)
        for _ in range(calls // self.together):
            await self._batch()
        here = processor.of_this_process() - here
        below = processor.of_living(self.pids) - below
        return Used((here + below) / calls, here / calls)

    async def _batch(self) -> None:
        asked = [Call(FUNCTION, {"n": ARGUMENT}, seed=7)] * self.together
        for outcome in await self.sandbox.run(Program(PROGRAM), asked):
            if not isinstance(outcome, Returned) or outcome.value != VALUE:
                raise ValueError(f"the sandbox told {outcome}")


def reference() -> Interpreters:
    """The check of the paper's code: an interpreter with its modules imported, no isolation."""
    return Interpreters([sys.executable, "-"], REFERENCE_PREFIX + PROGRAM + _PRINT)


def bubblewrap() -> Interpreters | None:
    """A bare interpreter in namespaces made for it, None where bubblewrap is not installed."""
    found = shutil.which("bwrap")
    if found is None:
        return None
    python = os.path.realpath(sys.executable)
    command = [found, "--unshare-all", "--die-with-parent", "--clearenv", "--tmpfs", "/tmp"]
    for tree in (sys.base_prefix, *(tree for tree in _TREES if Path(tree).exists())):
        command += ["--ro-bind", tree, tree]
    for device in _DEVICES:
        command += ["--dev-bind", device, device]
    return Interpreters([*command, python, "-I", "-S", "-"], PROGRAM + _PRINT)
