"""Each program in `hostile/` is contained, at every level that this machine grants.

Contained: its outcome is the expected one, nothing outside was reached, nothing is left over, and
the next program runs as if there had been none before it. `hostile_cases.py` tells the form of the
files. CODEIOD_HOSTILE_PYTHON names another interpreter to run them with.
"""

import ctypes
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from codeiod_sandbox import Call, Outcome, Program, Returned, Sandbox, SandboxLevel

from .hostile_cases import FOLDER, LIMITS, Case, read_case
from .hostile_surroundings import (
    SECRET_NAME,
    Canary,
    Surroundings,
    look_around,
    processes_below,
    remove_what_is_marked,
    resident_bytes,
)

LEVELS = [SandboxLevel.FULL, SandboxLevel.NO_NAMESPACES, SandboxLevel.WEAK]
CASES = [read_case(path) for path in sorted(FOLDER.glob("*.py"))]
# These meddle with what a tracer rests on: frames, values, exceptions, the interpreter itself.
TRACED_GROUPS = ("error", "forge", "leftover", "load", "patch", "value")
TRACED = [case for case in CASES if case.name.startswith(TRACED_GROUPS)]
LEAST_CASES = 320
GROWTH_BYTES = 8 << 20
CURIOUS = Program((FOLDER / "after" / "curious.py").read_text())
# Where the usual interpreter lies in a closed folder, root's programs can't be a foreign user's.
_OTHER_PYTHON = "/usr/bin/python3"
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Jail:
    """A sandbox at one level, and how things stood before any hostile program."""

    sandbox: Sandbox
    level: SandboxLevel
    base: Path
    facts: object
    resident_bytes: int


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """Make a folder that others can read, for scratch folders and canaries; keep a secret."""
    libc = ctypes.CDLL(None)
    with TemporaryDirectory(prefix="corpus-") as name, pytest.MonkeyPatch.context() as on:
        base = Path(name)
        base.chmod(0o755)
        on.setattr(tempfile, "tempdir", name)
        on.setenv(SECRET_NAME, f"key-{secrets.token_hex(16)}")
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)  # what outlives its parents turns up below us
        yield base
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 0)
        reap()


def reap() -> None:
    """Collect the dead that were adopted meanwhile: other tests count their children."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


@pytest_asyncio.fixture(
    params=LEVELS, ids=[level.name for level in LEVELS], scope="module", loop_scope="module"
)
async def jail(request: pytest.FixtureRequest, base: Path) -> AsyncIterator[Jail]:
    level: SandboxLevel = request.param
    asked = os.environ.get("CODEIOD_HOSTILE_PYTHON")
    described = ""
    for python in [asked] if asked else [sys.executable, _OTHER_PYTHON]:
        async with Sandbox(workers=1, limits=LIMITS, python=Path(python), at_most=level) as sandbox:
            described = sandbox.describe()
            if sandbox.level >= level:
                before = await facts_of_a_sound_program(sandbox)
                size = resident_bytes(look_around(base).processes)
                yield Jail(sandbox, level, base, before, size)
                return
    pytest.skip(f"not to be had here: {described}")


@pytest.fixture
def blockbuster() -> None:
    """Leave out the watch on blocking calls: it takes its time, and other tests have it."""


@pytest.fixture
def nothing_blocks_the_loop() -> None:
    """Leave out this watch too."""


@pytest.fixture(scope="module")
def canaries(base: Path) -> Iterator[Iterator[Canary]]:
    with closing(canaries_in(base)) as canaries:
        yield canaries


def canaries_in(base: Path) -> Generator[Canary, None, None]:
    """Give the same one until it was touched, then another."""
    while True:
        with (
            TemporaryDirectory(prefix="outside-", dir=base, ignore_cleanup_errors=True) as folder,
            closing(Canary(Path(folder))) as canary,
        ):
            while not canary.touched():
                yield canary


@pytest.fixture
def canary(canaries: Iterator[Canary]) -> Canary:
    return next(canaries)


# Tests share their zygotes, as programs do: one loop for all.
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_hostile(jail: Jail, canary: Canary, case: Case) -> None:
    """A hostile program costs itself alone."""
    before = look_around(jail.base)
    try:
        await contain(jail, canary, case, before)
    finally:
        remove_what_is_marked(jail.base)


async def contain(jail: Jail, canary: Canary, case: Case, before: Surroundings) -> None:
    """Run one program, and fail if it was more than its own harm."""
    outcomes = await outcomes_of(jail.sandbox, case, canary)
    expected = case.expected_at(jail.level)
    for outcome in outcomes:
        assert any(one.covers(outcome) for one in expected), f"{str(outcome)[:500]}: {expected}"
    assert await facts_of_a_sound_program(jail.sandbox) == jail.facts
    after = look_around(jail.base)
    assert after.stopped == after.ipc - before.ipc == frozenset()
    assert after.descriptors == before.descriptors
    assert len(after.processes) == len(before.processes)
    assert resident_bytes(after.processes) - jail.resident_bytes < GROWTH_BYTES
    assert canary.secret not in str(outcomes) or jail.level in case.reaches
    assert canary.touched() == [] or jail.level in case.reaches
    if jail.level not in case.leaves:
        assert after.files == before.files
        assert after.processes == before.processes


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("jail", [SandboxLevel.FULL], ids=["traced"], indirect=True, scope="module")
@pytest.mark.parametrize("case", TRACED, ids=[case.name for case in TRACED])
async def test_hostile_to_a_tracer(jail: Jail, case: Case) -> None:
    """Traced, a hostile program has an outcome too, and the next program runs as ever."""
    before = processes_below(os.getpid())
    jail.sandbox.limits = case.limits
    try:
        await jail.sandbox.trace(Program(case.source), Call(case.function, {}))
    finally:
        jail.sandbox.limits = LIMITS
    assert await facts_of_a_sound_program(jail.sandbox) == jail.facts
    assert processes_below(os.getpid()) == before


def test_the_corpus_is_large() -> None:
    """Every group of attacks is there, in files of their own."""
    assert len(CASES) >= LEAST_CASES


async def outcomes_of(sandbox: Sandbox, case: Case, canary: Canary) -> list[Outcome]:
    facts = canary.facts()
    arguments = {name: facts[name] for name in case.given}
    sandbox.limits = case.limits
    try:
        calls = [Call(case.function, arguments, seed=number) for number in range(case.calls)]
        return await sandbox.run(Program(case.source), calls)
    finally:
        sandbox.limits = LIMITS


async def facts_of_a_sound_program(sandbox: Sandbox) -> object:
    """Return what a program that looks for traces of an earlier one sees."""
    (outcome,) = await sandbox.run(CURIOUS, [Call("main_solution", {"n": 20}, seed=5)])
    assert isinstance(outcome, Returned), outcome
    # A zygote tidies up after it has answered; when it answers again it has.
    (again,) = await sandbox.run(Program("def f(): return 1"), [Call("f", {})])
    assert isinstance(again, Returned), again
    return outcome.value
