"""The report of a run: ``report.json`` and ``status --json``, a fold of the journal.

May import items, ``journal`` and ``forecast``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import orjson
from anyio import to_thread

from codeiod.items import Task, Usage
from codeiod.journal.disk import Disk, OsDisk, failure, replace_whole
from codeiod.journal.folder import running
from codeiod.journal.journal import Journal
from codeiod.journal.replay import read_state
from codeiod.journal.state import State
from codeiod.journal.tally import TaskTally
from codeiod.reports.forecast import Forecast, forecast_of

REPORT_FORMAT = 1
REPORT_NAME = "report.json"

# A write that was left behind and goes on after all shares its draft with the next one's.
_replacing = Lock()


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """Items by where they are."""

    finished: int
    rejected: int
    pending: int

    @property
    def total(self) -> int:
        return self.finished + self.rejected + self.pending


@dataclass(frozen=True, slots=True)
class CallCounts:
    """Paid requests by how they ended."""

    answered: int
    failed: int
    truncated: int
    in_flight_lost: int
    """Sent before a daemon died, and never read: perhaps paid."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that the contract lists, under its names."""

    format: int
    recipe: str
    entries: int
    duplicates: int
    items: ItemCounts
    rejected: Mapping[str, int]
    samples: Mapping[str, TaskTally]
    rejected_samples: Mapping[str, int]
    calls: CallCounts
    tokens: Usage
    money: Mapping[str, float]
    money_perhaps: Mapping[str, float]
    """Estimates for requests that were lost, or failed and may have been charged."""
    cut_bytes: int
    forecast: Forecast
    """Of the rest."""

    def to_json(self) -> bytes:
        """Write it as indented JSON with a newline."""
        return orjson.dumps(self, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def report_of(state: State, *, alive: bool = True, forecast: Forecast | None = None) -> Report:
    """Build the report; where no daemon is alive, what was in flight is lost.

    :param forecast: of a moment ago, where a new one would take too long.
    """
    calls = state.calls
    tallies = state.tally.samples
    return Report(
        format=REPORT_FORMAT,
        recipe=state.recipe,
        entries=state.entries,
        duplicates=state.duplicates,
        items=ItemCounts(state.finished, sum(state.rejected.values()), len(state.pending)),
        rejected=_counted(state.rejected),
        samples={str(task): tallies.get(task, TaskTally()) for task in Task},
        rejected_samples=_counted(state.tally.rejected_samples),
        calls=CallCounts(
            calls.answered,
            calls.failed,
            calls.truncated,
            calls.lost if alive else calls.lost + len(calls.open),
        ),
        tokens=calls.usage,
        money=dict(sorted(calls.money.items())),
        money_perhaps=dict(sorted((calls.perhaps if alive else calls.perhaps_open).money.items())),
        cut_bytes=state.cut_bytes,
        forecast=forecast or forecast_of(state),
    )


def read_report(directory: Path, disk: Disk | None = None) -> Report:
    """Build the report of a directory, in use or not, without disturbing it.

    :raises DirectoryError: damaged, newer, or not ours.
    """
    disk = disk or OsDisk()
    alive = running(disk, directory)
    return report_of(read_state(directory, disk), alive=alive)


async def write_report(directory: Path, journal: Journal, *, alive: bool = True) -> None:
    """Replace ``report.json`` whole, once all that it tells of is durable.

    On cancellation a write that hangs is left behind; where the journal has failed, so that the
    report would tell of what never came to be, the old one stays.

    :param alive: False for the last report of a run: what has not come back by then is lost.
    :raises DiskFull: the disk is full.
    :raises DiskFailed: it failed.
    """
    path = directory / REPORT_NAME
    data = report_of(journal.state, alive=alive).to_json()
    await journal.flush()
    try:
        await to_thread.run_sync(_replace, journal, path, data, abandon_on_cancel=True)
    except OSError as error:
        raise failure(error, path) from error


def _replace(journal: Journal, path: Path, data: bytes) -> None:
    with _replacing:
        journal.room.reserve.spend(lambda: replace_whole(journal.disk, path, data))


def broken_equations(state: State) -> list[str]:
    """Name the equations that don't hold: entries = items + duplicates, and items by outcome."""
    items = report_of(state).items
    broken = []
    if state.entries != state.items + state.duplicates:
        broken.append(
            f"{state.entries} entries are not {state.items} items + {state.duplicates} duplicates"
        )
    if state.items != items.total:
        broken.append(
            f"{state.items} items are not {items.finished} finished + {items.rejected} rejected"
            f" + {items.pending} pending"
        )
    return broken


def _counted(counts: Mapping[str, int]) -> dict[str, int]:
    return {str(name): n for name, n in sorted(counts.items()) if n}
