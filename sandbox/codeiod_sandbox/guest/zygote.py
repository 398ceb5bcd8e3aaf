"""The fork server: waits for jobs, forks a child for each, watches it. Standard library alone."""

import contextlib
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable
from typing import NoReturn

from . import namespaces, rlimits, syscalls
from .calls import Row
from .child import TWIN_SEED, live
from .folder import Folder
from .lock import Jail, Lock
from .messages import CANCEL, JOB, REPORT, Ended, Job
from .own_memory import FirstToGo, OwnMemory
from .syscalls import CLONE_NEWPID, PR_SET_CHILD_SUBREAPER
from .watch import cpu_seconds, until_it_ends

_SWEEP_SECONDS = 10.0
_monotonic = time.monotonic  # bound before the twin's clock is shifted
_DATAGRAM_BYTES = 4096
_DESCRIPTORS = struct.Struct("=ii")  # inward, outward
_ANCILLARY_BYTES = socket.CMSG_SPACE(_DESCRIPTORS.size)
_JOBS_PER_WEIGHING = 16
_READABLE, _ITSELF, _HUNG_UP = select.POLLIN, Ended.ITSELF, Ended.HUNG_UP


class Zygote:
    """The loop of a zygote; `own_pids` is its pid namespace, None if it has none."""

    def __init__(
        self,
        control: socket.socket,
        jail: Jail,
        own_pids: int | None,
        own_memory: OwnMemory,
        first_to_go: FirstToGo,
        make_ruleset: Callable[[], int],
    ) -> None:
        self._control = control
        self._jail = jail
        self._lock = Lock(jail)
        self._own_memory = own_memory
        self._first_to_go = first_to_go
        self._make_ruleset = make_ruleset
        self._jobs = self._resident_bytes = 0
        self._seed_change = TWIN_SEED if jail.twin else 0
        self._has_pids = own_pids is not None
        self._folder = None if self._has_pids else Folder(jail.tmp)
        self._leave_pids = Row().add("unshare", CLONE_NEWPID)
        # Unsharing works once; entering the own namespace again makes it work once more.
        self._return_to_pids = Row().add("setns", own_pids or 0, CLONE_NEWPID)
        self._may_leave_orphans = not self._has_pids and not jail.filters_calls
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)

    def serve(self) -> NoReturn:
        """Do one job after the other until the daemon hangs up."""
        rlimits.bind_zygote()
        if self._may_leave_orphans:
            syscalls.prctl(PR_SET_CHILD_SUBREAPER, 1)
        while True:
            datagram, ancillary, _, _ = self._control.recvmsg(_DATAGRAM_BYTES, _ANCILLARY_BYTES)
            if not datagram:
                os._exit(0)
            if datagram == CANCEL:  # which came too late
                continue
            if not ancillary:
                raise OSError("a job came without its files")
            inward, outward = _DESCRIPTORS.unpack(ancillary[0][2])
            self._do(Job._make(JOB.unpack(datagram)), inward, outward)
            self._clean()

    def _do(self, job: Job, inward: int, outward: int) -> None:
        """Have a child do a job, and report.

        While it lives each page that is touched here has to be copied, so what can wait does.
        """
        number, count, _, _, memory_bytes, output_bytes = job
        row = self._lock.ready_for(count, memory_bytes, output_bytes)
        if self._has_pids:
            self._leave_pids.make()
        self._first_to_go.as_program()
        child = os.fork()
        if child == 0:
            if self._may_leave_orphans:
                os.setsid()  # so that most of what it forks can be killed at one blow
            live(inward, outward, output_bytes, self._lock, row, self._seed_change)
        self._first_to_go.as_zygote()
        watched = os.pidfd_open(child)
        self._poll.register(watched, _READABLE)
        ended = until_it_ends(job, child, outward, self._control, self._poll, watched)
        if ended is not _ITSELF:
            signal.pidfd_send_signal(watched, signal.SIGKILL)
        used = cpu_seconds(child)
        # In a pid namespace this returns when the last process of the child's tree is gone.
        _, status = os.waitpid(child, 0)
        self._poll.unregister(watched)
        for descriptor in (watched, inward, outward):
            os.close(descriptor)
        if self._has_pids:
            self._return_to_pids.make()
        if self._may_leave_orphans:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            _end_orphans()
        if ended is _HUNG_UP:
            os._exit(0)
        if self._jobs % _JOBS_PER_WEIGHING == 0:
            self._resident_bytes = self._own_memory.resident_bytes()
        self._jobs += 1
        self._control.send(REPORT.pack(number, status, ended, used, self._resident_bytes))

    def _clean(self) -> None:
        """Leave nothing of this program for the next one."""
        if self._folder is not None:
            self._folder.empty()
        elif not namespaces.is_untouched(self._jail.tmp):
            namespaces.fresh_tmp(self._jail.tmp)
            if self._jail.ruleset is not None:
                # A rule is bound to an inode, and this /tmp is another one.
                ruleset = self._make_ruleset()
                os.dup2(ruleset, self._jail.ruleset, inheritable=False)
                os.close(ruleset)


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
    with open(f"/proc/self/task/{os.getpid()}/children") as listed:  # noqa: PTH123 # see main
        return [int(child) for child in listed.read().split()]
