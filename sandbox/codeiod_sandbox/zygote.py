"""The daemon's handle to one zygote: start it, hand it jobs, put an end to it.

Imports anyio, its inbox and the shared layouts. No call here blocks the event loop.
"""

import contextlib
import json
import os
import signal
import socket
import struct
from collections.abc import Mapping
from pathlib import Path

import anyio

from codeiod_sandbox.flavours import Flavour
from codeiod_sandbox.guest.messages import (
    BY_SIGNAL,
    CANCEL,
    FAULT_PREFIX,
    LOCKED_IN,
    STARVED_FACTOR,
    Ended,
    Job,
    Report,
)
from codeiod_sandbox.inbox import Inbox
from codeiod_sandbox.spawning import Jailing, spawn

START_SECONDS = 60.0
CANCEL_SECONDS = 2.0
END_SECONDS = 5.0
LAST_WORD_SECONDS = 1.0
_DESCRIPTORS = struct.Struct("=ii")  # inward, outward
_AFTER_SIGSYS = ": a filter of system calls holds the daemon itself, as of its unit or container"


class ZygoteLost(Exception):
    """A zygote ended, or fell silent, while it was needed."""


class ZygoteRefused(ZygoteLost):
    """A zygote could not be built, and has said why."""


class Zygote:
    """One running zygote; it does one job at a time.

    :param pid: of its keeper, a child of this process. :param ended: the keeper's pidfd.
    """

    def __init__(self, pid: int, ended: int, control: socket.socket) -> None:
        self.pid = pid
        self.layers: Mapping[str, str] = {}
        self.python = ""
        self.is_of_use = True
        self.jobs = 0
        self.grown_bytes = 0  # since its first job
        self._first_bytes = 0
        self._ended = ended
        self._control = control
        self._inbox = Inbox(control, still_waiting=self._wake_the_keeper)

    @classmethod
    async def start(
        cls, python: Path, flavour: Flavour, jailing: Jailing, scratch: str, cgroup: str
    ) -> "Zygote":
        """Start a zygote and wait until it is warm.

        :raises ZygoteLost: where it can't be. :raises OSError: where there is no descriptor left.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        try:
            places = {"scratch": scratch, "cgroup": cgroup}
            pid = spawn(python, flavour, jailing, places, theirs)
        except OSError as error:
            ours.close()
            raise ZygoteLost(f"{python} could not be started: {error}") from error
        finally:
            theirs.close()
        try:
            zygote = cls(pid, os.pidfd_open(pid), ours)
        except OSError:
            ours.close()
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)  # noqa: ASYNC222 # it is dead
            raise
        try:
            about = json.loads(await zygote._receive(START_SECONDS))
        except ZygoteRefused:
            await zygote.end()
            raise
        except ZygoteLost as error:
            raise ZygoteLost(await zygote.end() or str(error)) from None
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
        report = await self._asked(job, inward, outward)
        if report.number != job.number or not _was_locked_in(inward, report):
            self.is_of_use = False
            raise ZygoteLost("its child ended before it was locked in")
        self.jobs += 1
        self._first_bytes = self._first_bytes or report.resident_bytes
        self.grown_bytes = report.resident_bytes - self._first_bytes
        return report

    async def _asked(self, job: Job, inward: int, outward: int) -> Report:
        files = socket.SOL_SOCKET, socket.SCM_RIGHTS, _DESCRIPTORS.pack(inward, outward)
        try:
            self._control.sendmsg((job.pack(),), (files,))
        except OSError as error:
            self.is_of_use = False
            raise ZygoteLost(str(error)) from error
        longest = (job.calls + 2) * STARVED_FACTOR * job.wall_seconds + START_SECONDS
        try:
            return Report.unpack(await self._receive(longest))
        except anyio.get_cancelled_exc_class():
            await self._cancel()
            raise

    async def _cancel(self) -> None:
        with anyio.CancelScope(shield=True):
            try:
                self._control.send(CANCEL)
                with anyio.fail_after(CANCEL_SECONDS):
                    await self._receive(CANCEL_SECONDS)
            except (OSError, ZygoteLost, TimeoutError):
                self.kill()

    async def _receive(self, longest_seconds: float) -> bytes:
        """Return the next datagram; a fault that the zygote tells, or its end, raises."""
        try:
            datagram = await self._inbox.next(longest_seconds)
        except TimeoutError:
            self.is_of_use = False
            raise ZygoteLost(f"not a word for {longest_seconds:.0f} s") from None
        if not datagram:
            self.is_of_use = False
            raise ZygoteLost("it ended")
        if datagram.startswith(FAULT_PREFIX):
            self.is_of_use = False
            raise ZygoteRefused(datagram[len(FAULT_PREFIX) :].decode(errors="replace"))
        return datagram

    def kill(self) -> None:
        """Kill the zygote and all below it, without waiting for it."""
        self.is_of_use = False
        self._signal(signal.SIGKILL)

    def _wake_the_keeper(self) -> None:
        """Let it do its duty, if somebody has stopped it."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._ended, number)

    async def end(self) -> str:
        """Kill the zygote, and wait a bounded time until it and its keeper are gone.

        Returns what it had ended of before, as far as that is known.
        """
        with anyio.CancelScope(shield=True):
            if self._inbox.has_ended:  # then its keeper is about to say why
                with anyio.move_on_after(LAST_WORD_SECONDS):
                    await anyio.wait_readable(self._ended)
            self.kill()
            with anyio.move_on_after(END_SECONDS):
                await anyio.wait_readable(self._ended)
                await self._inbox.end()
            os.close(self._ended)
            self._inbox.close()
            self._control.close()
        try:
            _, status = os.waitpid(self.pid, os.WNOHANG)  # noqa: ASYNC222 # it does not wait
        except ChildProcessError:
            return ""
        return _ending(status)


def _ending(status: int) -> str:
    """Say how a keeper ended: as its zygote did, or by a signal of its own."""
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status) - BY_SIGNAL
    if number not in signal.valid_signals() or number == signal.SIGKILL:  # the last may be ours
        return ""
    told = f"it was killed by {signal.Signals(number).name}"
    return told + _AFTER_SIGSYS if number == signal.SIGSYS else told


def _was_locked_in(inward: int, report: Report) -> bool:
    """Tell whether a child came as far as its program, or was killed by none of ours."""
    by_others = os.WIFSIGNALED(report.status) and report.ended == Ended.ITSELF
    return by_others or os.lseek(inward, 0, os.SEEK_CUR) == LOCKED_IN
