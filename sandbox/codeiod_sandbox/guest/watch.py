"""Watch one child until it ends or must be ended. Imports the standard library alone.

Each call has its limits, counted from the header's `started`.
"""

import os
import select
import socket
import time

from .messages import STARTED, STARVED_FACTOR, Ended, Job

_LONGEST_TICK_SECONDS = 0.1
# Between two looks at a child, where the zygote itself gets a core: what goes beyond, the machine
# stood still. No single one of them may use up the time of a call.
_LONGEST_LAPSE_SECONDS, _LONGEST_LAPSE_SHARE = 1.0, 0.5
_CORES = os.cpu_count() or 1
_IDLE_SHARE = 0.02  # of one core: below it a program counts as asleep
_DATAGRAM_BYTES = 4096
_ITSELF = Ended.ITSELF  # to look up a member of an enum runs Python code
# Bound before the twin's clock is shifted.
_clock_gettime, _monotonic = time.clock_gettime, time.monotonic


def until_it_ends(
    job: Job, child: int, outward: int, control: socket.socket, poll: select.poll, watched: int
) -> Ended:
    """Return when the child has ended, or must be ended now.

    :param poll: of `watched`, which tells that the child has ended, and of `control`.
    """
    tick_ms = min(_LONGEST_TICK_SECONDS, job.call_seconds / 4) * 1000
    began = _monotonic()
    account = None
    while True:
        if ready := poll.poll(tick_ms):
            for descriptor, _ in ready:
                if descriptor == watched:
                    return _ITSELF
            return Ended.CANCELLED if control.recv(_DATAGRAM_BYTES) else Ended.HUNG_UP
        account = account or _Account(job, child, outward, began)
        if (reason := account.overdrawn()) is not _ITSELF:
            return reason


def cpu_seconds(child: int) -> float:
    """Return what a child has used, also one that has ended and was not waited for."""
    return _clock_gettime((~child << 3) | 2)  # the kernel's name for the clock of a process


class _Account:
    """What a child has used so far, for those few that outlive a tick."""

    def __init__(self, job: Job, child: int, outward: int, began: float) -> None:
        self._job = job
        self._child = child
        self._outward = outward
        self._started = 0
        self._longest_lapse = min(_LONGEST_LAPSE_SECONDS, _LONGEST_LAPSE_SHARE * job.call_seconds)
        self._clock = self._cpu_base = self._cpu = 0.0
        self._wall_base = self._wall = began
        self._idle_seconds = 0.0

    def overdrawn(self) -> Ended:
        """Look at the child; say why it must be ended now, `ITSELF` where it may go on."""
        job = self._job
        try:
            clock = cpu_seconds(self._child)
        except OSError:
            return Ended.ITSELF  # it ended just now; the next poll says so
        wall = _monotonic()
        seconds, more_cpu = self._since_the_last_look(wall, clock)
        cpu = self._cpu + more_cpu
        (started,) = STARTED.unpack(os.pread(self._outward, STARTED.size, 0))
        if self._started < started <= job.calls:
            self._started, self._cpu_base, self._wall_base = started, cpu, wall
            self._idle_seconds = 0.0
        elif more_cpu < _IDLE_SHARE * seconds:
            self._idle_seconds += seconds
            if self._is_stopped():
                return Ended.STOPPED
        self._clock, self._cpu, self._wall = clock, cpu, wall
        if max(cpu - self._cpu_base, cpu - job.calls * job.call_seconds) > job.call_seconds:
            return Ended.CPU
        starved = wall - self._wall_base > STARVED_FACTOR * job.wall_seconds
        return Ended.WALL if starved or self._idle_seconds > job.wall_seconds else Ended.ITSELF

    def _since_the_last_look(self, wall: float, clock: float) -> tuple[float, float]:
        """Return the seconds that passed and those of a core that the child used, as they count.

        No time counts in which the zygote itself stood still: nobody saw what the child did, and
        where all of the machine did, it is charged to whoever was running.
        """
        passed = max(wall - self._wall, 1e-9)
        seconds = min(passed, self._longest_lapse)
        self._wall_base += passed - seconds
        return seconds, min(clock - self._clock, passed * _CORES) * seconds / passed

    def _is_stopped(self) -> bool:
        how = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._child, how) is not None
