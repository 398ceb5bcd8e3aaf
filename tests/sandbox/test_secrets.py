"""A secret of the daemon's can't be read from inside, by any way that `prying.py` knows.

At FULL and NO_NAMESPACES none of it. At WEAK there is no Landlock: files that the user of the
programs may read can be read, what the kernel tells of the user's processes among them; what the
daemon holds in memory, in its environment and in its descriptors still does not come along.
"""

import hashlib
import json
import mmap
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
import pytest_asyncio

from codeiod_sandbox import (
    Call,
    HelperSandbox,
    Limits,
    Program,
    Returned,
    Sandbox,
    SandboxLevel,
)

# Tests share their zygotes, as programs do: one loop for all.
pytestmark = pytest.mark.asyncio(loop_scope="module")

PRYING = Path(__file__).with_name("prying.py").read_text()
LIMITS = Limits(call_seconds=20.0, memory_bytes=256 << 20, output_bytes=1 << 16)
LEVELS = [SandboxLevel.FULL, SandboxLevel.NO_NAMESPACES, SandboxLevel.WEAK]
# The second where the first lies in a closed folder, which a foreign user's programs can't read.
INTERPRETERS = [sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"]
MIN_SCANNED_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret, and where this process keeps it."""

    text: str
    descriptors: list[int] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    kept: list[object] = field(default_factory=list)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def keep_open(self, descriptor: int) -> None:
        """Let a program that this process starts carelessly have it too."""
        os.set_inheritable(descriptor, True)
        self.descriptors.append(descriptor)


@pytest.fixture(scope="module")
def secret() -> Iterator[Secret]:
    """Put one into the environment, files, a mapping, descriptors of every kind and the heap."""
    secret = Secret(f"KEY-{secrets.token_hex(20)}")
    data = secret.text.encode()
    with ExitStack() as open_now, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEIOD_TEST_KEY", secret.text)
        for folder in (None, Path.home(), "/dev/shm"):
            _keep_in_a_file(secret, open_now, folder)
        memory = os.memfd_create("secret")
        os.write(memory, data)
        readable, writable = os.pipe()
        os.write(writable, data)
        here, there = socket.socketpair()
        here.send(data)
        for descriptor in (memory, readable, writable):
            open_now.callback(os.close, descriptor)
            secret.keep_open(descriptor)
        for end in (here, there):
            open_now.enter_context(end)
            secret.keep_open(end.fileno())
        secret.kept.extend([data, bytearray(data)])
        yield secret


def _keep_in_a_file(secret: Secret, open_now: ExitStack, folder: Path | str | None) -> None:
    """Write it to a file that all may read; keep that open and mapped."""
    try:
        place = open_now.enter_context(tempfile.TemporaryDirectory(dir=folder))
    except OSError:
        return  # no such folder, or none that this user may write to
    Path(place).chmod(0o755)
    path = Path(place, "keys.txt")
    path.write_text(secret.text)
    path.chmod(0o644)
    file = open_now.enter_context(path.open("rb"))
    secret.kept.append(open_now.enter_context(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)))
    secret.keep_open(file.fileno())
    secret.paths.append(str(path))


@pytest_asyncio.fixture(
    params=LEVELS, ids=[level.name for level in LEVELS], scope="module", loop_scope="module"
)
async def jail(request: pytest.FixtureRequest, secret: Secret) -> AsyncIterator[Sandbox]:
    """Start a sandbox after the secret was put everywhere, with what Python gives the level."""
    level: SandboxLevel = request.param
    for python in filter(Path.exists, map(Path, INTERPRETERS)):
        async with Sandbox(workers=1, limits=LIMITS, python=python, at_most=level) as sandbox:
            if sandbox.level == level:
                yield sandbox
                return
    pytest.skip(f"level {level.name} is not to be had here")


async def look(jail: Sandbox, function: str, **how: Any) -> Any:
    """Return what one way of looking finds, in a zygote and in its twin."""
    found = []
    for twin in (False, True):
        calls = [Call(function, how)]
        (outcome,) = await jail.run(Program(PRYING), calls, twin=twin)
        assert isinstance(outcome, Returned), outcome
        found.append(outcome.value)
    return found


async def test_each_way_finds_what_it_is_there_to_find(secret: Secret) -> None:
    """Outside of the sandbox, a process that inherits everything finds it everywhere."""
    digest, paths = secret.digest, secret.paths
    code = f"{PRYING}\nimport json\nprint(json.dumps([environment({digest!r})"
    code += f", descriptors({digest!r}), files({digest!r}, {paths!r}, [])]))"
    with tempfile.TemporaryDirectory() as empty:
        told = await anyio.run_process(
            [sys.executable, "-c", code], cwd=empty, pass_fds=secret.descriptors
        )
    in_environment, in_descriptors, in_files = json.loads(told.stdout)
    assert in_environment == ["environment"]
    # One end of the pipe and of the pair is read from, the other one written to.
    assert len(in_descriptors) == len(secret.descriptors) - 2
    assert {*paths, "symlink-0", "/proc/self/environ"} <= set(in_files)


async def test_the_environment_and_the_words_of_the_zygote(jail: Sandbox, secret: Secret) -> None:
    """A program finds the zygote's own few variables, and one word for a command line."""
    assert secret.text in os.environ.values()
    assert await look(jail, "environment", digest=secret.digest) == [[], []]


async def test_the_descriptors(jail: Sandbox, secret: Secret) -> None:
    """None of those that are open in the daemon is open in a program, though all may inherit it."""
    assert await look(jail, "descriptors", digest=secret.digest) == [[], []]


async def test_files_and_what_the_kernel_tells(jail: Sandbox, secret: Secret) -> None:
    """Neither by name, nor by links, nor by /proc; at WEAK what the user may read can be read."""
    paths = secret.paths
    for found in await look(jail, "files", digest=secret.digest, paths=paths, pids=[os.getpid()]):
        if jail.level >= SandboxLevel.NO_NAMESPACES:
            assert found == []
        else:
            assert "/proc/self/environ" not in found
            assert not any(name.startswith("/proc/self/fd") for name in found)


async def test_the_memory_of_a_program(jail: Sandbox, secret: Secret) -> None:
    """All that is mapped is searched, stack and heap and modules: a zygote is no fork of ours."""
    for told in await look(jail, "memory", digest=secret.digest):
        assert told["scanned"] >= MIN_SCANNED_BYTES
        assert told["found"] == 0


async def test_the_search_of_memory_finds(jail: Sandbox, secret: Secret) -> None:
    """What a program puts into its own memory the same search does find."""
    plant = secret.text[::-1]
    for told in await look(jail, "memory", digest=secret.digest, plant=plant):
        assert told["found"] >= 1


async def test_the_memory_of_earlier_programs(jail: Sandbox, secret: Secret) -> None:
    """Of a program's text, arguments and values the next one has nothing in its memory."""
    keeper = f"kept = []\ndef f(text):\n    kept.append([text, {secret.text!r}])\n    return text"
    for twin in (False, True):
        (kept,) = await jail.run(Program(keeper), [Call("f", {"text": secret.text})], twin=twin)
        assert isinstance(kept, Returned)
        assert kept.value == secret.text
    for told in await look(jail, "memory", digest=secret.digest):
        assert told["found"] == 0


def descendants(pid: int) -> Iterator[Path]:
    """Give the folders in /proc of all processes below one; threads come and go meanwhile."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            for child in map(int, (task / "children").read_text().split()):
                yield Path(f"/proc/{child}")
                yield from descendants(child)


def told_of(process: Path, secret: Secret) -> Iterator[str]:
    """Give where a process holds the secret, as far as its user may be told."""
    for name in ("environ", "cmdline"):
        with suppress(PermissionError):
            if secret.text.encode() in (process / name).read_bytes():
                yield f"{process}/{name}"
    with suppress(PermissionError):
        for descriptor in (process / "fd").iterdir():
            target = str(descriptor.readlink())
            if target in secret.paths or "memfd:secret" in target:
                yield f"{descriptor}: {target}"


async def test_the_processes_around_a_program(jail: Sandbox, secret: Secret) -> None:
    """Neither keepers nor zygotes hold it, in their environment, words or descriptors."""
    processes = list(descendants(os.getpid()))
    assert processes
    assert [place for process in processes for place in told_of(process, secret)] == []


async def test_a_helper_process(secret: Secret) -> None:
    """A helper that runs the sandbox apart from the daemon holds it no more than its zygotes do."""
    async with HelperSandbox(workers=1, limits=LIMITS) as sandbox:
        (outcome,) = await sandbox.run(Program(PRYING), [Call("memory", {"digest": secret.digest})])
        assert isinstance(outcome, Returned)
        assert outcome.value["found"] == 0
        processes = list(descendants(os.getpid()))
        assert len(processes) >= 2
        assert [place for process in processes for place in told_of(process, secret)] == []
