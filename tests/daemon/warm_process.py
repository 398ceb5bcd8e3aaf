"""The process that has all of codeiod loaded and forks for each command; ``warm`` starts it.

Imports codeiod and the standard library. It never runs anything itself: each command runs in a
fork of a fork, so that the one between can wait for it and tell its pid and its exit status.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import socket
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

LOADED = (
    "codeiod.cli.asking",
    "codeiod.cli.ctl",
    "codeiod.cli.main",
    "codeiod.cli.progress",
    "codeiod.cli.report",
    "codeiod.cli.top",
    "codeiod.reports.check",
    "codeiod.reports.explain",
    "codeiod.reports.repair",
    "codeiod.service.run",
    "codeiod.service.serve",
    "codeiod.service.survey",
)
REQUEST_BYTES = 1 << 20


def main() -> None:
    """Fork for each request a process that keeps the command and tells its pid and exit status."""
    for name in LOADED:
        __import__(name)
    gc.collect()
    gc.freeze()
    requests = socket.socket(fileno=int(sys.argv[1]))
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, REQUEST_BYTES, 4)
        if not request:
            return
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if os.fork() == 0:
            requests.close()
            _keep(json.loads(request), *descriptors)
            os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def _keep(request: list[Any], stdin: int, stdout: int, stderr: int, tell: int) -> None:
    pid = os.fork()
    if pid == 0:
        os.close(tell)
        os._exit(_run(*request, (stdin, stdout, stderr)))
    for descriptor in {stdin, stdout, stderr}:
        os.close(descriptor)
    with suppress(BrokenPipeError):  # nobody wants to know
        os.write(tell, f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.write(tell, f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _run(
    arguments: list[str],
    folder: str,
    environment: dict[str, str],
    inside: int,
    streams: tuple[int, int, int],
) -> int:
    from codeiod.cli.main import main as codeiod

    os.setsid()
    for target, descriptor in enumerate(streams):
        os.dup2(descriptor, target)
    for descriptor in set(streams):
        os.close(descriptor)
    status: int | str | None = 0
    try:
        if inside:
            _enter(inside)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["codeiod", *arguments]
        codeiod()
    except SystemExit as end:
        status = end.code
    except BaseException:  # noqa: BLE001 -- it is told, as by an interpreter that ends
        traceback.print_exc()
        status = 1
    with suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    return status if isinstance(status, int) else int(status is not None)


def _enter(pid: int) -> None:
    """Enter the user and the mount namespace of a process, where they are not ours."""
    library = ctypes.CDLL(None, use_errno=True)
    opened = [
        os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)
        for kind in ("user", "mnt")
        if not Path(f"/proc/{pid}/ns/{kind}").samefile(f"/proc/self/ns/{kind}")
    ]
    for descriptor in opened:
        if library.setns(descriptor, 0):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), "setns")
        os.close(descriptor)


if __name__ == "__main__":
    main()
