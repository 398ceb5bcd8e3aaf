"""Run the command line in forks of one process that has all of it loaded: a start costs a second.

Imports the standard library; the process itself, which is this file run by Python, imports codeiod.
What runs is a process of its own, with its own folder, output and exit status, as from a shell.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from select import select

LOADED = (
    "codeiod.cli.main",
    "codeiod.cli.progress",
    "codeiod.cli.report",
    "codeiod.reports.check",
    "codeiod.reports.repair",
    "codeiod.service.life",
    "codeiod.service.run",
    "codeiod.service.survey",
)


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, as ``subprocess.run`` tells it."""

    returncode: int
    stdout: str
    stderr: str


class Warm:
    """The loaded process; started when it is first asked, ended with this one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def run(self, arguments: tuple[str, ...], folder: Path, seconds: float) -> Done:
        """Run ``codeiod`` with arguments in a folder, to its end.

        :raises TimeoutError: it took longer.
        """
        with tempfile.TemporaryDirectory() as name:
            out, err = Path(name, "out"), Path(name, "err")
            told = self._ask([list(arguments), str(folder), str(out), str(err)], seconds)
            return Done(int(told), out.read_text(), err.read_text())

    def _ask(self, request: list[object], seconds: float) -> str:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        ready, _, _ = select([process.stdout], [], [], seconds)
        if not ready:
            self.close()
            raise TimeoutError(f"{request[0]} took longer than {seconds:g} s")
        return process.stdout.readline()

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,  # so that all of it can be ended at once
            )
            atexit.register(self.close)
        return self._process

    def close(self) -> None:
        """End it, with whatever it still runs."""
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def main() -> None:
    """Fork for each request; answer with the exit status."""
    for name in LOADED:
        __import__(name)
    for line in sys.stdin:
        arguments, folder, out, err = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os._exit(_run(arguments, folder, out, err))
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _run(arguments: list[str], folder: str, out: str, err: str) -> int:
    from codeiod.cli.main import main as codeiod

    os.chdir(folder)
    for path, descriptor in ((os.devnull, 0), (out, 1), (err, 2)):
        opened = os.open(path, os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.argv = ["codeiod", *arguments]
    status: int | str | None = 0
    try:
        codeiod()
    except SystemExit as end:
        status = end.code
    except BaseException:  # noqa: BLE001 -- it is told, as by an interpreter that ends
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status if isinstance(status, int) else int(status is not None)


if __name__ == "__main__":
    main()
