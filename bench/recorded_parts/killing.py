"""kill -9 at random moments of one run: what is left, what is lost, what is paid twice.

Imports the standard library, ``daemon`` and ``processes``. A moment is how far the journal has
grown, so that the kills are spread over the whole run on a machine of any speed.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from recorded_parts.daemon import RUN_SECONDS, Run, kill
from recorded_parts.processes import descendants, outliving

LAST_MOMENT = 0.97
"""Of the whole journal; it differs a little from run to run."""
MAX_DELAY_SECONDS = 1.0
"""Beyond the moment: where two moments are near each other, a start is killed too."""
PROBE_SECONDS = 0.02


@dataclass(slots=True)
class Killed:
    """What a run came to that was killed many times."""

    kills: int = 0
    status: int = -1
    findings: list[str] = field(default_factory=list)
    """What ``codeiod check`` found after the kills and at the end."""
    orphans: int = 0
    """Processes that outlived their daemon."""
    moments: list[float] = field(default_factory=list)
    """How much of the journal was written at each kill."""


def run_with_kills(run: Run, kills: int, journal_bytes: int, seed: int = 1) -> Killed:
    """Kill a run at random moments, go on with the same command, and let the last one end.

    :param journal_bytes: how long the journal is after an undisturbed run.
    """
    draw = random.Random(seed)
    killed = Killed()
    for moment in sorted(draw.uniform(0.0, LAST_MOMENT) for _ in range(kills)):
        if not _live_until(run, moment * journal_bytes, draw.uniform(0, MAX_DELAY_SECONDS), killed):
            break
        killed.kills += 1
        killed.moments.append(round(run.journal_bytes() / journal_bytes, 2))
        _check(run, killed)
    else:
        killed.status = run.finish()
    if found := run.findings():
        killed.findings.append(f"at the end: {found}")
    return killed


def _live_until(run: Run, journal_bytes: float, delay_seconds: float, killed: Killed) -> bool:
    """Start a run and kill it at its moment; False where it ended before."""
    process = run.start()
    deadline = time.monotonic() + RUN_SECONDS
    while run.journal_bytes() < journal_bytes and time.monotonic() < deadline:
        if process.poll() is not None:
            break
        time.sleep(PROBE_SECONDS)  # another process's file: there is no event to wait for
    time.sleep(delay_seconds)
    if process.poll() is not None:
        killed.status = process.returncode
        return False
    children = descendants(process.pid)
    kill(process)
    killed.orphans += outliving(children)
    return True


def _check(run: Run, killed: Killed) -> None:
    if not (run.directory / "journal").is_dir():
        return  # killed before it had begun: there is nothing to check
    if found := run.findings():
        killed.findings.append(f"after kill {killed.kills}: {found}")
