"""The daemon's handle to one zygote: start it, hand it jobs, put an end to it.

Imports anyio and the shared layouts. No call here blocks the event loop.
"""

import array
import contextlib
import json
import os
import signal
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import anyio

from codeiod_sandbox.flavours import Flavour
from codeiod_sandbox.guest.messages import CANCEL, FAULT_PREFIX, STARVED_FACTOR, Ended, Job, Report
from codeiod_sandbox.outcomes import SandboxLevel

START_SECONDS = 60.0
CANCEL_SECONDS = 2.0
WAKE_SECONDS = 5.0
END_SECONDS = 5.0
_DATAGRAM_BYTES = 65536
_GUEST = Path(__file__).parent
_BOOTSTRAP = """\
import sys
sys.path.insert(0, {folder!r})
from guest.main import main
del sys.path[0]
main()
"""


# By the number of the twin; the clock of each is set by the guest.
_TWINS_OWN: tuple[dict[str, str], ...] = (
    {},
    {"PYTHONHASHSEED": "20011", "TZ": "<+1245>-12:45", "PAD": "x" * 1999},
    {"PYTHONHASHSEED": "31337", "TZ": "<-0930>9:30", "PAD": "x" * 5003},
)


class ZygoteLost(Exception):
    """A zygote ended, or fell silent, while it was needed."""


@dataclass(frozen=True, slots=True)
class Jailing:
    """Which layers a zygote is to build; the last two are attempts."""

    namespaces: bool
    landlock: bool
    seccomp: bool

    @classmethod
    def up_to(cls, level: SandboxLevel) -> "Jailing":
        return cls(
            namespaces=level >= SandboxLevel.FULL,
            landlock=level >= SandboxLevel.NO_NAMESPACES,
            seccomp=level >= SandboxLevel.WEAK,
        )


class Zygote:
    """One running zygote; it does one job at a time."""

    def __init__(self, pid: int, control: socket.socket) -> None:
        self.pid = pid
        self.layers: Mapping[str, str] = {}
        self.python = ""
        self.is_of_use = True
        self._ended = os.pidfd_open(pid)
        self._control = control
        self._reading = anyio.Lock()  # one task at a time may wait for the control socket

    @classmethod
    async def start(
        cls, python: Path, flavour: Flavour, jailing: Jailing, scratch: str
    ) -> "Zygote":
        """Start a zygote and wait until it is warm. :raises ZygoteLost: where it can't be."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        try:
            pid = _spawn(python, flavour, jailing, scratch, theirs)
        except OSError as error:
            ours.close()
            raise ZygoteLost(f"{python} could not be started: {error}") from error
        finally:
            theirs.close()
        zygote = cls(pid, ours)
        try:
            with anyio.fail_after(START_SECONDS):
                about = json.loads(await zygote._receive())
        except TimeoutError:
            await zygote.end()
            raise ZygoteLost(f"not ready after {START_SECONDS:.0f} s") from None
        except BaseException:
            await zygote.end()
            raise
        zygote.layers, zygote.python = about["layers"], about["python"]
        return zygote

    async def do(self, job: Job, inward: int, outward: int) -> Report:
        """Have one job done.

        On cancellation the child is killed before this returns; the zygote stays of use.

        :raises ZygoteLost: where the zygote ended before it answered, or its child before it was
            locked in; it is of no more use.
        """
        async with self._reading:
            report = await self._asked(job, inward, outward)
        if report.number != job.number or not _was_locked_in(inward, report):
            self.is_of_use = False
            raise ZygoteLost("its child ended before it was locked in")
        return report

    async def _asked(self, job: Job, inward: int, outward: int) -> Report:
        descriptors = array.array("i", [inward, outward])
        try:
            self._control.sendmsg(
                [job.pack()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)]
            )
        except OSError as error:
            self.is_of_use = False
            raise ZygoteLost(str(error)) from error
        try:
            return await self._report(job)
        except anyio.get_cancelled_exc_class():
            await self._cancel()
            raise

    async def _report(self, job: Job) -> Report:
        """Wait for the answer; wake a keeper that somebody stopped, so that it does its duty."""
        longest = (job.calls + 2) * STARVED_FACTOR * job.wall_seconds + START_SECONDS
        give_up = anyio.current_time() + longest
        while anyio.current_time() < give_up:
            with anyio.move_on_after(WAKE_SECONDS):
                return Report.unpack(await self._receive())
            self._signal(signal.SIGCONT)
        self.is_of_use = False
        raise ZygoteLost("no answer long after the limits of its job")

    async def _cancel(self) -> None:
        with anyio.CancelScope(shield=True):
            try:
                self._control.send(CANCEL)
                with anyio.fail_after(CANCEL_SECONDS):
                    await self._receive()
            except (OSError, ZygoteLost, TimeoutError):
                self.kill()

    async def _receive(self) -> bytes:
        """Return the next datagram; a fault that the zygote tells, or its end, raises."""
        while True:
            try:
                datagram = self._control.recv(_DATAGRAM_BYTES)
                break
            except BlockingIOError:
                await anyio.wait_readable(self._control)
            except OSError as error:
                self.is_of_use = False
                raise ZygoteLost(str(error)) from error
        if not datagram:
            self.is_of_use = False
            raise ZygoteLost("it ended")
        if datagram.startswith(FAULT_PREFIX):
            self.is_of_use = False
            raise ZygoteLost(datagram[len(FAULT_PREFIX) :].decode(errors="replace"))
        return datagram

    async def _hang_up(self) -> None:
        """Read until the last holder of the other end is gone."""
        async with self._reading:
            with contextlib.suppress(ZygoteLost):
                while True:
                    await self._receive()

    def kill(self) -> None:
        """Kill the zygote and all below it, without waiting for it."""
        self.is_of_use = False
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._ended, number)

    async def end(self) -> None:
        """Kill the zygote, and wait a bounded time until it and its keeper are gone."""
        with anyio.CancelScope(shield=True):
            self.kill()
            with anyio.move_on_after(END_SECONDS):
                await anyio.wait_readable(self._ended)
                await self._hang_up()
            os.close(self._ended)
            self._control.close()
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, os.WNOHANG)  # noqa: ASYNC222 # it does not wait


def _was_locked_in(inward: int, report: Report) -> bool:
    """Tell whether a child came as far as its program, or was killed by none of ours."""
    by_others = os.WIFSIGNALED(report.status) and report.ended == Ended.ITSELF
    return by_others or os.lseek(inward, 0, os.SEEK_CUR) == 0


def _spawn(
    python: Path, flavour: Flavour, jailing: Jailing, scratch: str, control: socket.socket
) -> int:
    settings = {
        "parent": os.getpid(),
        **asdict(jailing),
        "twin": flavour.twin,
        "preload": flavour.preload,
        "allowed": flavour.allowed,
        "scratch": scratch,
        "cgroup": "",
    }
    code = _BOOTSTRAP.format(folder=str(_GUEST))
    arguments = [str(python), "-s", "-P", "-B", "-c", code, json.dumps(settings)]
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    actions = [*null, (os.POSIX_SPAWN_DUP2, control.fileno(), 3)]
    return os.posix_spawn(
        python,
        arguments,
        _environment(flavour, scratch),
        file_actions=actions,
        setsid=True,  # the terminal's signals are the daemon's
        setsigmask=(),
    )


def _environment(flavour: Flavour, scratch: str) -> dict[str, str]:
    """Return all that a guest's environment holds: nothing of the daemon's own."""
    one_thread = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": scratch,
        "TMPDIR": scratch,
        "MPLCONFIGDIR": scratch,
        "MPLBACKEND": "Agg",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "1",
        "MALLOC_ARENA_MAX": "1",
        "LD_BIND_NOW": "1",
        "TZ": "UTC",
        **dict.fromkeys((*one_thread, "NUMEXPR_NUM_THREADS"), "1"),
    }
    return environment | _TWINS_OWN[flavour.twin]
