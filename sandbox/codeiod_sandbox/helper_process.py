"""One helper process, seen from the process that started it: asked, cancelled, lost, ended.

Imports anyio, the shared values and frames.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from types import MappingProxyType

import anyio
from anyio.abc import TaskGroup

from codeiod_sandbox.outcomes import SandboxError, SandboxLevel
from codeiod_sandbox.wire import START, Channel, Frame, HungUp, Kind, Settings

START_SECONDS = 150.0
SILENCE_SECONDS = 30.0
_SIGNS_PER_SILENCE = 6
CANCEL_SECONDS = 5.0
END_SECONDS = 10.0
_CONTROL = 3
_INHERITED = ("TMPDIR",)  # where scratch folders go
_BOOTSTRAP = """\
import sys
sys.path[:] = {path!r}
from codeiod_sandbox.helper_main import main
main()
"""


@dataclass(slots=True)
class _Asked:
    """A question on its way; `answer` stays None where the process is lost."""

    arrived: anyio.Event = field(default_factory=anyio.Event)
    answer: Frame | None = None


class HelperProcess:
    """One process; `level`, `layers` and `described` are those of its sandbox."""

    def __init__(self, pid: int, control: socket.socket) -> None:
        self.pid = pid
        self.level = SandboxLevel.NONE
        self.layers: Mapping[str, str] = MappingProxyType({})
        self.described = ""
        self.is_lost = False
        self._why_lost = "it was told to end"
        self._ended = os.pidfd_open(pid)
        self._control = control
        self._channel = Channel(control)
        self._asked: dict[int, _Asked] = {}
        self._numbers = count(START)
        self._life = anyio.CancelScope()

    @classmethod
    async def start(cls, settings: Settings, group: TaskGroup) -> "HelperProcess":
        """Start a process that lives in `group`, and wait until its sandbox is open.

        :raises SandboxError: where it can't be.
        """
        ours, theirs = socket.socketpair()
        try:
            process = cls(_spawn(theirs), ours)
        except OSError as error:
            ours.close()
            raise SandboxError(f"no helper process can be started: {error}") from error
        finally:
            theirs.close()
        group.start_soon(process.live)
        try:
            with anyio.fail_after(START_SECONDS):
                await process._open(settings)
        except TimeoutError:
            process.hang_up()
            raise SandboxError(f"a helper is not ready after {START_SECONDS:.0f} s") from None
        except BaseException:
            process.hang_up()
            raise
        return process

    async def _open(self, settings: Settings) -> None:
        often = replace(settings, alive_seconds=SILENCE_SECONDS / _SIGNS_PER_SILENCE)
        number, asked = self._ask(Kind.SETTINGS, often.pack())
        try:
            about = await self._answer(asked)
        finally:
            del self._asked[number]
        level, layers, self.described = json.loads(about)
        self.level, self.layers = SandboxLevel(level), MappingProxyType(layers)

    async def run(self, body: bytes) -> bytes:
        """Have one request done and return its answer.

        On cancellation the request is cancelled over there before this returns.

        :raises SandboxError: where it failed there, or the process was lost.
        :raises ValueError: where arguments are such that no program could read them.
        """
        number, asked = self._ask(Kind.RUN, body)
        try:
            return await self._answer(asked)
        except anyio.get_cancelled_exc_class():
            if not self.is_lost:
                self._channel.post(Kind.CANCEL, number)
            with anyio.CancelScope(shield=True), anyio.move_on_after(CANCEL_SECONDS):
                await asked.arrived.wait()
            raise
        finally:
            del self._asked[number]

    def resize(self, workers: int) -> None:
        """Have it run so many programs at a time from now on."""
        if not self.is_lost:
            self._channel.post(Kind.WORKERS, START, json.dumps(workers).encode())

    def _ask(self, kind: Kind, body: bytes) -> tuple[int, _Asked]:
        if self.is_lost:
            raise SandboxError(f"a helper was lost: {self._why_lost}")
        number = next(self._numbers)
        asked = self._asked[number] = _Asked()
        self._channel.post(kind, number, body)
        return number, asked

    async def _answer(self, asked: _Asked) -> bytes:
        await asked.arrived.wait()
        if asked.answer is None:
            raise SandboxError(f"a helper was lost: {self._why_lost}")
        kind, body = asked.answer.kind, asked.answer.body
        if kind is Kind.FAILED:
            raise SandboxError(body.decode(errors="replace"))
        if kind is Kind.REFUSED:
            raise ValueError(body.decode(errors="replace"))
        return body

    async def live(self) -> None:
        """Write and read until the process is gone or told to end, and see it to its end."""
        try:
            with self._life:
                async with anyio.create_task_group() as group:
                    group.start_soon(self._channel.write)
                    await self._read()
                    group.cancel_scope.cancel()
        finally:
            self.is_lost = True
            for asked in self._asked.values():
                asked.arrived.set()
            with anyio.CancelScope(shield=True):
                await self._end()

    async def _read(self) -> None:
        try:
            while True:
                frame = await self._channel.read(SILENCE_SECONDS)
                if frame.kind is not Kind.ALIVE and frame.number in self._asked:
                    asked = self._asked[frame.number]
                    asked.answer = frame
                    asked.arrived.set()
        except HungUp as error:
            self._why_lost = str(error)
            self._kill()

    def hang_up(self) -> None:
        """Tell the process to end; whoever waits for an answer is told that there is none."""
        self.is_lost = True
        self._life.cancel()

    async def _end(self) -> None:
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
        with anyio.move_on_after(END_SECONDS):
            await anyio.wait_readable(self._ended)
        self._kill()
        with anyio.move_on_after(END_SECONDS):
            await anyio.wait_readable(self._ended)
        os.close(self._ended)
        self._channel.close()
        with suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)  # noqa: ASYNC222 # it does not wait

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._ended, signal.SIGKILL)


def _spawn(control: socket.socket) -> int:
    code = _BOOTSTRAP.format(path=sys.path)
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    environment |= {name: os.environ[name] for name in _INHERITED if name in os.environ}
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-B", "-c", code],
        environment,
        file_actions=[*null, (os.POSIX_SPAWN_DUP2, control.fileno(), _CONTROL)],
        setsid=True,  # the terminal's signals are this process's
        setsigmask=(),
    )
