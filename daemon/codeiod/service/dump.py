"""Tell the log how things stand: what SIGUSR1 asks for.

May import ``reports`` and structlog. One line for each thing, so that each can be searched for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import structlog

from codeiod.reports.affairs import Affairs
from codeiod.reports.sentence import sentence

log = structlog.get_logger()


def dump(affairs: Affairs) -> None:
    """Write it down."""
    log.info(
        "state.daemon",
        text=sentence(affairs),
        ready=affairs.ready,
        pid=affairs.pid,
        version=affairs.version,
        directory=affairs.directory,
        seconds=round(affairs.at - affairs.started_at),
        inside=affairs.inside,
        in_flight=affairs.in_flight,
        memory_bytes=affairs.memory_bytes,
        descriptors=affairs.descriptors,
    )
    report = affairs.report
    log.info(
        "state.items",
        entries=report.entries,
        duplicates=report.duplicates,
        finished=report.items.finished,
        rejected=dict(report.rejected),
        pending=report.items.pending,
    )
    for name, part in _parts(affairs):
        log.info(name, **part)


def _parts(affairs: Affairs) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "state.sandbox", asdict(affairs.sandbox)
    yield "state.budget", asdict(affairs.budget)
    yield "state.journal", asdict(affairs.journal)
    for name, many in (
        ("state.endpoint", affairs.endpoints),
        ("state.watch", affairs.watched),
        ("state.call", affairs.calls),
    ):
        yield from ((name, asdict(one)) for one in many)
    for trouble in affairs.troubles:
        fields = asdict(trouble)  # two of them are what every event has
        yield "state.trouble", {"of": fields.pop("event"), "was": fields.pop("level"), **fields}
