"""kill -9 at random moments of one run: what is left, what is lost, what is paid twice.

Imports the standard library, ``daemon`` and ``teacher``.
"""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass, field

from recorded_parts.daemon import Run, kill, orphans_of


@dataclass(slots=True)
class Killed:
    """What a run came to that was killed many times."""

    kills: int = 0
    status: int = -1
    findings: list[str] = field(default_factory=list)
    """What ``codeiod check`` found after the kills and at the end."""
    orphans: int = 0
    """Processes that outlived their daemon."""
    at_kills: list[tuple[int, int]] = field(default_factory=list)
    """At each kill: items done, calls lost so far."""


def run_with_kills(run: Run, kills: int, total_seconds: float, seed: int = 1) -> Killed:
    """Kill a run at random moments, go on with the same command, and let the last one end.

    :param total_seconds: how long the run takes undisturbed; its lives are drawn to share it.
    """
    draw = random.Random(seed)
    killed = Killed()
    while killed.kills < kills:
        life_seconds = draw.uniform(0.2, max(1.0, 1.8 * total_seconds / kills))
        process = run.start()
        try:
            killed.status = process.wait(life_seconds)
        except subprocess.TimeoutExpired:
            kill(process)
            killed.kills += 1
            _look(run, process.pid, killed)
        else:
            break  # it came to its end before its time
    if killed.status < 0:
        killed.status = run.finish()
    if found := run.findings():
        killed.findings.append(f"at the end: {found}")
    return killed


def _look(run: Run, session: int, killed: Killed) -> None:
    killed.orphans += orphans_of(session)
    if not (run.directory / "journal").is_dir():
        return  # killed before it had begun: there is nothing to check
    if found := run.findings():
        killed.findings.append(f"after kill {killed.kills}: {found}")
        return
    report = run.report()
    done = report["items"]["finished"] + report["items"]["rejected"]
    killed.at_kills.append((done, report["calls"]["in_flight_lost"]))
