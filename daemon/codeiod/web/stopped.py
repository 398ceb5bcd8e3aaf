"""The directory of a run as a daemon that does nothing: what ``codeiod view`` shows.

May import ``reports``, ``journal``, ``daemon`` and errors. The run may be going on in another
process: then what is shown follows it, some seconds behind.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import anyio
from anyio import to_thread

from codeiod.errors import CodeiodError
from codeiod.items import Reason
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import JOURNAL, running
from codeiod.journal.pending import SAMPLE_REASONS
from codeiod.journal.replay import read_state
from codeiod.journal.state import State
from codeiod.reports.affairs import Affairs, FunnelCounts, Phase
from codeiod.reports.status import report_of
from codeiod.sources.places import printable
from codeiod.telemetry import Telemetry
from codeiod.web.daemon import Submitted

LOOK_SECONDS = 5.0


class Stopped:
    """A directory, read as it stands."""

    takes_items = False

    def __init__(self, directory: Path, state: State, affairs: Affairs) -> None:
        self.directory = directory
        self.state = state
        self._affairs = affairs
        self._telemetry = Telemetry()

    @classmethod
    def read(cls, directory: Path) -> Stopped:
        """Read a directory; blocking.

        :raises codeiod.errors.DirectoryError: damaged, newer, or not ours.
        """
        return cls(directory, *_look(directory))

    def affairs(self) -> Affairs:
        """Tell how things stand."""
        return replace(self._affairs, at=time.time())

    def telemetry(self) -> Telemetry:
        """Return meters that stand still."""
        return self._telemetry

    async def submit(self, content: bytes, name: str, meta: Mapping[str, str]) -> Submitted:
        """Refuse: nobody is at work here.

        :raises CodeiodError: always.
        """
        raise CodeiodError("this page shows a directory; its daemon takes items, if it runs")

    async def follow(self) -> None:
        """Look again whenever the journal has grown, for ever."""
        seen = await to_thread.run_sync(_size, self.directory)
        while True:
            await anyio.sleep(LOOK_SECONDS)
            if (size := await to_thread.run_sync(_size, self.directory)) != seen:
                seen = size
                self.state, self._affairs = await to_thread.run_sync(_look, self.directory)


def _look(directory: Path) -> tuple[State, Affairs]:
    disk = OsDisk()
    alive = running(disk, directory)
    state = read_state(directory, disk)
    report = report_of(state, alive=alive)
    now = time.time()
    affairs = Affairs(
        phase=Phase.WORKING if alive else Phase.STOPPED,
        why="another process is at work here" if alive else "",
        ready=False,
        version=version("codeiod"),
        pid=os.getpid(),
        directory=printable(str(directory.resolve())),
        at=now,
        started_at=now,
        report=report,
        funnel=_funnel(state),
        total_entries=state.course.entries,
    )
    return state, affairs


def _funnel(state: State) -> FunnelCounts:
    """Tell how far all items have come, as well as the dataset alone tells."""
    samples = state.tally.samples
    sampled = state.finished + state.rejected[Reason.NO_SAMPLES]
    return FunnelCounts(
        admitted=state.items,
        unified=sampled + sum(state.rejected[reason] for reason in SAMPLE_REASONS),
        sampled=sampled,
        finished=state.finished,
        rejected=state.rejected.total(),
        instances={str(task): one.total for task, one in samples.items()},
        right_1={str(task): one.right_1 for task, one in samples.items()},
        right_2={str(task): one.right_2 for task, one in samples.items()},
    )


def _size(directory: Path) -> int:
    """Return a number that grows with the journal."""
    return max((entry.stat().st_mtime_ns for entry in os.scandir(directory / JOURNAL)), default=0)
