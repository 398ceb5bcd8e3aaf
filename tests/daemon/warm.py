"""Run the command line in forks of one process that has all of it loaded: a start costs a second.

Imports the standard library; ``warm_process``, which it runs, is what imports codeiod.
What runs is a process of its own, with its own pid, folder, environment, output, session and exit
status, as from a shell; signals reach it and nothing else. What differs from a cold start: forks
share the seed of their hashes, and variables that Python reads as it starts come too late.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from typing import IO, Any

PROCESS = str(Path(__file__).with_name("warm_process.py"))
START_SECONDS = 60.0
_REQUEST_BYTES = 1 << 20


Done = subprocess.CompletedProcess[str]
"""How a command ended."""


@dataclass(slots=True)
class Process:
    """A command that runs, as far as tests need of ``subprocess.Popen``."""

    pid: int
    stdout: IO[str] | None
    _told: IO[bytes]
    _arguments: tuple[str, ...]
    returncode: int | None = field(default=None, init=False)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        if self.stdout is not None:
            self.stdout.close()
        self.wait()

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit status; that of a signal is negative.

        :raises subprocess.TimeoutExpired: it still runs.
        """
        if self.returncode is None:
            if not select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self._arguments, timeout or 0.0)
            self.returncode = int(self._told.readline())
            self._told.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """Read all that it still says, and wait for its end."""
        words = ""
        if self.stdout is not None:
            chunks = []
            while True:
                if not select([self.stdout], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired(self._arguments, timeout or 0.0)
                if not (chunk := os.read(self.stdout.fileno(), 1 << 16)):
                    break
                chunks.append(chunk)
            self.stdout.close()
            words = b"".join(chunks).decode()
        self.wait(timeout)
        return words, None

    def send_signal(self, number: int) -> None:
        """Send it a signal; none where it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Warm:
    """The loaded process; started when it is first asked, ended with this one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def run(
        self,
        arguments: tuple[str, ...],
        folder: Path,
        seconds: float,
        env: Mapping[str, str] | None = None,
        inside: int = 0,
    ) -> Done:
        """Run ``codeiod`` with arguments in a folder, to its end.

        :raises subprocess.TimeoutExpired: it took longer, and was killed.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = self.start(
                arguments, folder=folder, env=env, stdout=out, stderr=err, inside=inside
            )
            try:
                status = process.wait(seconds)
            except BaseException:
                process.kill()
                process.wait(seconds)
                raise
            return Done(arguments, status, _text(out), _text(err))

    def start(
        self,
        arguments: tuple[str, ...],
        *,
        folder: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: IO[Any] | int = subprocess.DEVNULL,
        stdout: IO[Any] | int = subprocess.DEVNULL,
        stderr: IO[Any] | int = subprocess.DEVNULL,
        inside: int = 0,
    ) -> Process:
        """Start ``codeiod`` with arguments.

        :param stdout: ``subprocess.PIPE``: it is read by ``Process.stdout``.
        :param stderr: ``subprocess.STDOUT``: where standard output goes.
        :param inside: a process whose user and mount namespaces it enters.
        """
        environment = dict(os.environ if env is None else env)
        request = [list(arguments), str(folder or Path.cwd()), environment, inside]
        with ExitStack() as ours:
            null = ours.enter_context(Path(os.devnull).open("r+b"))
            told, tell = os.pipe()
            ours.callback(os.close, tell)
            read = None
            if stdout == subprocess.PIPE:
                reading, stdout = os.pipe()
                ours.callback(os.close, stdout)
                read = os.fdopen(reading, encoding="utf-8")
            if stderr == subprocess.STDOUT:
                stderr = stdout
            streams = (null if s == subprocess.DEVNULL else s for s in (stdin, stdout, stderr))
            numbers = [s if isinstance(s, int) else s.fileno() for s in streams]
            with suppress(ConnectionError):  # it is gone: nothing will be told
                socket.send_fds(self._started(), [json.dumps(request).encode()], [*numbers, tell])
        answers = os.fdopen(told, "rb", buffering=0)
        if not select([answers], [], [], START_SECONDS)[0] or not (pid := answers.readline()):
            answers.close()
            self.close()
            raise RuntimeError(f"{arguments} did not start: see what the loaded process has said")
        return Process(int(pid), read, answers, arguments)

    def _started(self) -> socket.socket:
        if self._socket is None:
            self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            for end in (self._socket, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _REQUEST_BYTES)
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, PROCESS, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            atexit.register(self.close)
        return self._socket

    def close(self) -> None:
        """End it; what it has started goes on."""
        process, self._process = self._process, None
        if process is not None and self._socket is not None:
            self._socket.close()
            self._socket = None
            process.kill()
            process.wait()


WARM = Warm()
"""That of all tests that run in this process."""


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
