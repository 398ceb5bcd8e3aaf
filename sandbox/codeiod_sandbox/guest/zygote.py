"""The fork server: waits for jobs, forks a child for each, watches it. Standard library alone."""

import contextlib
import os
import select
import signal
import socket
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from . import namespaces, syscalls
from .child import Jail, live
from .messages import STARTED, STARVED_FACTOR, Ended, Job, Report
from .own_memory import OwnMemory
from .syscalls import CLONE_NEWPID, PR_SET_CHILD_SUBREAPER

_LONGEST_TICK_SECONDS = 0.1
_LONGEST_LAPSE_SECONDS = 1.0  # between two looks at a child, where the zygote itself gets a core
_IDLE_SHARE = 0.02  # of one core: below it a program counts as asleep
_SWEEP_SECONDS = 10.0
# Bound before the twin's clock is shifted.
_clock_gettime, _monotonic = time.clock_gettime, time.monotonic
_DATAGRAM_BYTES = 4096
_OWN = 0o700


@dataclass(slots=True)
class Zygote:
    """What the loop of a zygote needs; `own_pids` is its pid namespace, None if it has none."""

    control: socket.socket
    jail: Jail
    own_pids: int | None
    own_memory: OwnMemory
    make_ruleset: Callable[[], int]

    def serve(self) -> NoReturn:
        """Do one job after the other until the daemon hangs up."""
        if self._may_leave_orphans():
            syscalls.prctl(PR_SET_CHILD_SUBREAPER, 1)
        while True:
            datagram, descriptors, _, _ = socket.recv_fds(self.control, _DATAGRAM_BYTES, 2)
            if not datagram:
                os._exit(0)
            if len(descriptors) == 2:  # else a cancellation that came too late
                inward, outward = descriptors
                report = self._run(Job.unpack(datagram), inward, outward)
                os.close(outward)
                self.control.send(report.pack())
                self._clean()

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
        if self._may_leave_orphans():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            _end_orphans()
        if ended is Ended.HUNG_UP:
            os._exit(0)
        cpu_seconds = usage.ru_utime + usage.ru_stime
        return Report(job.number, status, ended, cpu_seconds, self.own_memory.resident_bytes())

    def _may_leave_orphans(self) -> bool:
        """Tell whether nothing but us ends what a program forks."""
        return self.own_pids is None and not self.jail.filters_calls

    def _fork(self, job: Job, inward: int, outward: int) -> int:
        if self.own_pids is not None:
            syscalls.unshare(CLONE_NEWPID)
        child = os.fork()
        if child == 0:
            if self._may_leave_orphans():
                os.setsid()  # so that most of what it forks can be killed at one blow
            live(job, inward, outward, self.jail)
        if self.own_pids is not None:
            # Unsharing works once; entering the own namespace again makes it work once more.
            syscalls.setns(self.own_pids, CLONE_NEWPID)
        return child

    def _clean(self) -> None:
        """Leave nothing of this program for the next one."""
        if self.own_pids is None:
            _empty(self.jail.tmp)
        elif not namespaces.is_untouched(self.jail.tmp):
            namespaces.fresh_tmp(self.jail.tmp, again=True)
            if self.jail.ruleset is not None:
                # A rule is bound to an inode, and this /tmp is another one.
                os.close(self.jail.ruleset)
                self.jail = replace(self.jail, ruleset=self.make_ruleset())


def _end_orphans() -> None:
    """Kill and reap what lost its parent and became ours, until nothing comes after it."""
    give_up = _monotonic() + _SWEEP_SECONDS
    while children := _children():
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
        if _monotonic() > give_up:
            raise TimeoutError("a program forks faster than it can be killed")


def _children() -> list[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(child) for child in listed.split()]


def _empty(folder: str) -> None:
    """Remove all in a folder whose users are dead, however deep it lies and whatever its modes."""
    os.chmod(folder, _OWN)  # noqa: PTH101 # paths as text: a name may be any bytes
    while names := os.listdir(folder):  # noqa: PTH208
        for name in names:
            _remove(f"{folder}/{name}", folder)


def _remove(path: str, folder: str) -> None:
    if not stat.S_ISDIR(os.lstat(path).st_mode):
        os.unlink(path)  # noqa: PTH108
        return
    os.chmod(path, _OWN)  # noqa: PTH101
    for name in os.listdir(path):  # noqa: PTH208
        inner = f"{path}/{name}"
        if stat.S_ISDIR(os.lstat(inner).st_mode):
            os.chmod(inner, _OWN)  # noqa: PTH101 # else it can't be moved
        os.rename(inner, f"{folder}/{os.urandom(8).hex()}")  # noqa: PTH104
    os.rmdir(path)  # noqa: PTH106


class _Watch:
    """One child under its limits: each call has its own, counted from the header's `started`."""

    def __init__(
        self, job: Job, child: int, watched: int, outward: int, control: socket.socket
    ) -> None:
        self._job = job
        self._child = child
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
        seconds = self._seconds_since_the_last_look(wall)
        (started,) = STARTED.unpack(os.pread(self._outward, STARTED.size, 0))
        if self._started < started <= job.calls:
            self._started, self._cpu_base, self._wall_base = started, cpu, wall
            self._idle_seconds = 0.0
        elif cpu - self._cpu < _IDLE_SHARE * seconds:
            self._idle_seconds += seconds
            if self._is_stopped():
                return Ended.STOPPED
        self._cpu, self._wall = cpu, wall
        if max(cpu - self._cpu_base, cpu - job.calls * job.call_seconds) > job.call_seconds:
            return Ended.CPU
        starved = wall - self._wall_base > STARVED_FACTOR * job.wall_seconds
        return Ended.WALL if starved or self._idle_seconds > job.wall_seconds else Ended.ITSELF

    def _seconds_since_the_last_look(self, wall: float) -> float:
        """Count no time in which the zygote itself stood still: nobody saw what the child did."""
        seconds = wall - self._wall
        self._wall_base += max(0.0, seconds - _LONGEST_LAPSE_SECONDS)
        return min(seconds, _LONGEST_LAPSE_SECONDS)

    def _is_stopped(self) -> bool:
        how = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._child, how) is not None
