"""The daemon's side of the index: a child process, kept alive, that is asked and told.

May import ``asks``, ``filling`` for a type, and ``niced``. Nothing of the work depends on
it: a child that dies is started again after a while, and who asks meanwhile is told so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from subprocess import PIPE
from typing import NamedTuple

import anyio
import orjson
import structlog
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from codeiod.web.index.asks import Ask, dump
from codeiod.web.index.filling import Ends
from codeiod.web.niced import environment

MODULE = "codeiod.web.index.child"
ANSWER_SECONDS = 5.0
HUNG_SECONDS = 60.0
"""A child that has not answered for so long is killed."""
FIRST_WAIT_SECONDS = 0.2
MOST_WAIT_SECONDS = 60.0
SOUND_SECONDS = 60.0
"""A child that lived for so long is started again without a wait."""
TELL_SECONDS = 5.0
MOST_ASKS = 32
"""Asks that may wait at once."""
HEAD_BYTES = 64
SAID_BYTES = 4096
END_SECONDS = 5.0

log = structlog.get_logger()


class Answer(NamedTuple):
    """A status as HTTP has them, and JSON: what was asked for, or a sentence that says why not."""

    status: int
    body: bytes


class _Waiting:
    """An ask that has not been answered."""

    __slots__ = ("answer", "come")

    def __init__(self) -> None:
        self.come = anyio.Event()
        self.answer = Answer(503, b'"the index is being started again: ask again in a moment"')


class _Said:
    """What a child says of itself, line by line; it goes into the log."""

    def __init__(self) -> None:
        self.last = ""

    async def listen(self, process: Process) -> None:
        """Listen until it ends."""
        assert process.stderr is not None  # it was asked for
        stream = BufferedByteReceiveStream(process.stderr)
        with suppress(anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError):
            while True:
                try:
                    line = await stream.receive_until(b"\n", SAID_BYTES)
                except anyio.DelimiterNotFound:  # what was read stays there until it is taken
                    line = await stream.receive(SAID_BYTES)
                self.last = line.decode(errors="replace")
                log.info("index.said", text=self.last)


class Index:
    """Asks a child process."""

    def __init__(self, directory: Path, ends: Callable[[], Ends]) -> None:
        """Start nothing yet.

        :param ends: tells what is committed now; called on the event loop.
        """
        self._directory = directory
        self._ends = ends
        self._told: object = None
        self._process: Process | None = None
        self._numbers = count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._owed: dict[int, float] = {}
        """Since when the child owes which answers, waited for or not."""
        self._sending = anyio.Lock()  # a line goes into the pipe whole

    async def run(self) -> None:
        """Keep a child alive, for ever."""
        wait = FIRST_WAIT_SECONDS
        while True:
            started = anyio.current_time()
            why = await self._live()
            if anyio.current_time() - started > SOUND_SECONDS:
                wait = FIRST_WAIT_SECONDS
            log.warning("index.died", why=why, again_in_seconds=wait)
            await anyio.sleep(wait)
            wait = min(2 * wait, MOST_WAIT_SECONDS)

    async def ask(self, ask: Ask) -> Answer:
        """Ask the child; what is wrong is told as a status of 503."""
        if self._process is None:
            return _Waiting().answer
        if len(self._owed) >= MOST_ASKS:
            return Answer(503, b'"too many are asking at once: ask again in a moment"')
        number, waiting = next(self._numbers), _Waiting()
        self._waiting[number] = waiting
        self._owed[number] = anyio.current_time()
        try:
            with anyio.move_on_after(ANSWER_SECONDS) as limit:
                await self._tell()
                await self._send(dump(number, ask))
                await waiting.come.wait()
        finally:
            self._waiting.pop(number, None)
        if limit.cancelled_caught:
            return Answer(503, b'"the index is busy: ask again in a moment"')
        return waiting.answer

    async def _live(self) -> str:
        """Live with one child; return why it ended."""
        command = [sys.executable, "-P", "-m", MODULE, str(self._directory)]
        try:
            process = await anyio.open_process(
                command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env=environment(),
                start_new_session=True,
            )
        except OSError as error:
            return f"it can't be started: {error.strerror}"
        said = _Said()
        try:
            self._process, self._told = process, None
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._keep_telling, tasks.cancel_scope)
                tasks.start_soon(said.listen, process)
                await self._listen(process)
                tasks.cancel_scope.cancel()
        finally:
            self._process = None
            self._owed.clear()
            for waiting in self._waiting.values():
                waiting.come.set()
            with anyio.CancelScope(shield=True), anyio.move_on_after(END_SECONDS):
                with suppress(ProcessLookupError):  # it has ended, as Python 3.12 says
                    process.kill()
                await process.aclose()
        return said.last or f"it ended with {process.returncode}"

    async def _listen(self, process: Process) -> None:
        """Take answers until the child ends."""
        assert process.stdout is not None  # it was asked for
        stream = BufferedByteReceiveStream(process.stdout)
        with suppress(anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError):
            while True:
                head = await stream.receive_until(b"\n", HEAD_BYTES)
                number, status, length = map(int, head.split())
                body = await stream.receive_exactly(length)
                self._owed.pop(number, None)
                if waiting := self._waiting.get(number):
                    waiting.answer = Answer(status, body)
                    waiting.come.set()

    async def _keep_telling(self, life: anyio.CancelScope) -> None:
        """Tell the child of commits though nobody asks, and give up one that hangs."""
        while True:
            await self._tell()
            await anyio.sleep(TELL_SECONDS)
            if self._owed and anyio.current_time() - min(self._owed.values()) > HUNG_SECONDS:
                life.cancel()

    async def _tell(self) -> None:
        """Tell the child what is committed, if that is new to it."""
        ends = {str(stream): list(parts.values()) for stream, parts in self._ends().items()}
        if ends != self._told:
            self._told = ends
            await self._send(orjson.dumps({"ends": ends}, default=list) + b"\n")

    async def _send(self, line: bytes) -> None:
        async with self._sending:
            if self._process is not None and self._process.stdin is not None:
                with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                    await self._process.stdin.send(line)  # it has died: who listens will notice
