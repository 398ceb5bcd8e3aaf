"""A dozen attacks, tried for real: what `codeiod doctor --attack` does to the sandbox.

Imports anyio and the package's daemon side. The targets are made for it and taken away again.
"""

import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread

from codeiod_sandbox.attack_programs import ATTACKS, FORGED_RESULT, TRACES, TRUTH, Attack
from codeiod_sandbox.outcomes import (
    Call,
    Limits,
    Outcome,
    Program,
    Returned,
    SandboxError,
    SandboxLevel,
)
from codeiod_sandbox.pool import Sandbox

_LIMITS = Limits(call_seconds=1.0, memory_bytes=128 << 20, output_bytes=1 << 16)
_VICTIM = "import time; time.sleep(600)"


@dataclass(frozen=True, slots=True)
class Attacked:
    """What became of one attack; `seen` is how it was held, or what it reached."""

    name: str
    tries: str
    contained: bool
    seen: str


async def attack(
    python: Path | None = None, *, at_most: SandboxLevel = SandboxLevel.CGROUP
) -> list[Attacked]:
    """Try all attacks on a sandbox of its own; takes about a second.

    :raises SandboxError: where none starts at all.
    """
    async with (
        _arranged() as scene,
        Sandbox(1, _LIMITS, python=python, at_most=at_most) as sandbox,
    ):
        return [await _try(sandbox, each, scene) for each in ATTACKS]


async def _try(sandbox: Sandbox, each: Attack, scene: "_Scene") -> Attacked:
    program, calls = Program(each.source), [Call("attack", scene.arguments)]
    try:
        (outcome,) = await sandbox.run(program, calls)
        if each.name == TRACES:  # the first one has left what the second one looks for
            (outcome,) = await sandbox.run(program, calls)
    except SandboxError as error:
        return Attacked(each.name, each.tries, False, f"the sandbox failed: {error}")
    damage = await anyio.to_thread.run_sync(scene.damage)
    reached = ", ".join(text for text in (_reached(each, outcome), damage) if text)
    return Attacked(each.name, each.tries, not reached, reached or _held(outcome))


def _reached(each: Attack, outcome: Outcome) -> str:
    if not isinstance(outcome, Returned):
        return ""
    if each.name == FORGED_RESULT:
        return "" if outcome.value == TRUTH else f"its result is {outcome.value!r}"
    return str(outcome.value or "")


def _held(outcome: Outcome) -> str:
    return "it got nothing" if isinstance(outcome, Returned) else str(outcome)


@dataclass(frozen=True, slots=True)
class _Scene:
    """The targets: what the programs are told of them, and how to see that one was hit."""

    arguments: Mapping[str, object]
    listeners: tuple[socket.socket, ...]
    outside: tuple[Path, ...]

    def damage(self) -> str:
        """Say what was hit since this was last asked."""
        return ", ".join([*self._connected(), *self.written()])

    def _connected(self) -> Iterator[str]:
        for listener in self.listeners:
            with suppress(BlockingIOError):
                listener.accept()[0].close()
                yield "connected"

    def written(self) -> Iterator[str]:
        """Take away what was left outside."""
        for path in self.outside:
            with suppress(FileNotFoundError):
                path.unlink()
                yield f"wrote {path}"


@asynccontextmanager
async def _arranged() -> AsyncIterator[_Scene]:
    with anyio.CancelScope(shield=True):  # arranging takes no time, and is not left half done
        last = ExitStack()
        scene = await anyio.to_thread.run_sync(last.enter_context, _scene())
    try:
        yield scene
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(last.close)


@contextmanager
def _scene() -> Iterator[_Scene]:
    mark = f"codeiod-{secrets.token_hex(8)}"
    with ExitStack() as last:
        folder = Path(last.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o777)
        (folder / "key").write_text("secret")
        outside = (folder / mark, Path("/var/tmp", mark), Path("/dev/shm", mark))
        tcp = last.enter_context(socket.create_server(("127.0.0.1", 0)))
        unix = last.enter_context(socket.socket(socket.AF_UNIX))
        unix.bind(f"\0{mark}")
        unix.listen()
        for listener in (tcp, unix):
            listener.setblocking(False)
        victim = last.enter_context(
            subprocess.Popen([sys.executable, "-S", "-c", _VICTIM], env={"KEY": mark})
        )
        last.callback(victim.kill)
        scene = _Scene(
            {
                "key": str(folder / "key"),
                "mark": mark,
                "port": tcp.getsockname()[1],
                "abstract": mark,
                "victim": victim.pid,
                "outside": [str(path) for path in outside],
                "memory": 2 * _LIMITS.memory_bytes,
                "truth": TRUTH,
            },
            (tcp, unix),
            outside,
        )
        last.callback(lambda: list(scene.written()))
        yield scene
