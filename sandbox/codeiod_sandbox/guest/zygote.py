"""The fork server: waits for jobs, forks a child for each, watches it. Standard library alone."""

import contextlib
import os
import select
import shutil
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from . import namespaces, syscalls
from .child import Jail, live
from .messages import STARTED, Ended, Job, Report
from .syscalls import CLONE_NEWPID

_LONGEST_TICK_SECONDS = 0.1
# The wall clock is for what sleeps. On a busy machine a program that computes may get less than a
# quarter of a core: it is not to blame, so its time counts only up to a larger multiple.
_IDLE_SHARE = 0.02
_STARVED_FACTOR = 4
# Bound before the twin's clock is shifted.
_clock_gettime, _monotonic = time.clock_gettime, time.monotonic
_DATAGRAM_BYTES = 4096


@dataclass(slots=True)
class Zygote:
    """What the loop of a zygote needs; `own_pids` is its pid namespace, None if it has none."""

    control: socket.socket
    jail: Jail
    own_pids: int | None
    make_ruleset: Callable[[], int]

    def serve(self) -> NoReturn:
        """Do one job after the other until the daemon hangs up."""
        while True:
            datagram, descriptors, _, _ = socket.recv_fds(self.control, _DATAGRAM_BYTES, 2)
            if not datagram:
                os._exit(0)
            if len(descriptors) == 2:  # else a cancellation that came too late
                inward, outward = descriptors
                report = self._run(Job.unpack(datagram), inward, outward)
                os.close(outward)
                self.control.send(report.pack())

    def _run(self, job: Job, inward: int, outward: int) -> Report:
        child = self._fork(job, inward, outward)
        os.close(inward)
        watched = os.pidfd_open(child)
        ended = _Watch(job, child, watched, outward, self.control).until_it_ends()
        if ended is not Ended.ITSELF:
            signal.pidfd_send_signal(watched, signal.SIGKILL)
        os.close(watched)
        # In a pid namespace this returns when the last process of the child's tree is gone.
        _, status, usage = os.wait4(child, 0)
        if not self.jail.filters_calls:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
        if ended is Ended.HUNG_UP:
            os._exit(0)
        self._clean()
        return Report(job.number, status, ended, usage.ru_utime + usage.ru_stime)

    def _fork(self, job: Job, inward: int, outward: int) -> int:
        if self.own_pids is not None:
            syscalls.unshare(CLONE_NEWPID)
        child = os.fork()
        if child == 0:
            if not self.jail.filters_calls:
                os.setsid()  # so that what it forks can be found
            live(job, inward, outward, self.jail)
        if self.own_pids is not None:
            # Unsharing works once; entering the own namespace again makes it work once more.
            syscalls.setns(self.own_pids, CLONE_NEWPID)
        return child

    def _clean(self) -> None:
        """Leave nothing of this program for the next one."""
        if self.own_pids is None:
            for entry in Path(self.jail.tmp).iterdir():
                _remove(entry)
        elif not namespaces.is_untouched(self.jail.tmp):
            namespaces.fresh_tmp(self.jail.tmp, again=True)
            if self.jail.ruleset is not None:
                # A rule is bound to an inode, and this /tmp is another one.
                os.close(self.jail.ruleset)
                self.jail = replace(self.jail, ruleset=self.make_ruleset())


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()


class _Watch:
    """One child under its limits: each call has its own, counted from the header's `started`."""

    def __init__(
        self, job: Job, child: int, watched: int, outward: int, control: socket.socket
    ) -> None:
        self._job = job
        self._clock = (~child << 3) | 2  # the kernel's name for the CPU clock of a process
        self._outward = outward
        self._control = control
        self._watched = watched
        self._poll = select.poll()
        self._poll.register(watched, select.POLLIN)
        self._poll.register(control, select.POLLIN)
        self._started = 0
        self._cpu_base = self._cpu = 0.0
        self._wall_base = self._wall = _monotonic()
        self._idle_seconds = 0.0

    def until_it_ends(self) -> Ended:
        """Return when the child has ended, or must be ended now."""
        tick = min(_LONGEST_TICK_SECONDS, self._job.call_seconds / 4)
        while True:
            ready = {descriptor for descriptor, _ in self._poll.poll(tick * 1000)}
            if self._watched in ready:
                return Ended.ITSELF
            if self._control.fileno() in ready:
                return Ended.CANCELLED if self._control.recv(_DATAGRAM_BYTES) else Ended.HUNG_UP
            if (reason := self._overdrawn()) is not Ended.ITSELF:
                return reason

    def _overdrawn(self) -> Ended:
        job = self._job
        try:
            cpu = _clock_gettime(self._clock)
        except OSError:
            return Ended.ITSELF  # it ended just now; the next poll says so
        wall = _monotonic()
        (started,) = STARTED.unpack(os.pread(self._outward, STARTED.size, 0))
        if started != self._started and started <= job.calls:
            self._started, self._cpu_base, self._wall_base = started, cpu, wall
            self._idle_seconds = 0.0
        elif cpu - self._cpu < _IDLE_SHARE * (wall - self._wall):
            self._idle_seconds += wall - self._wall
        self._cpu, self._wall = cpu, wall
        if max(cpu - self._cpu_base, cpu - job.calls * job.call_seconds) > job.call_seconds:
            return Ended.CPU
        starved = wall - self._wall_base > _STARVED_FACTOR * job.wall_seconds
        return Ended.WALL if starved or self._idle_seconds > job.wall_seconds else Ended.ITSELF
