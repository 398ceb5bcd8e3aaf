"""``codeiod check``: prove that an output directory is sound.

May import ``options`` and, inside, ``reports``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from codeiod.cli.options import AsJson, Directory
from codeiod.errors import ExitStatus

if TYPE_CHECKING:
    from pathlib import Path

    from codeiod.reports.repair import Repaired


Repair = Annotated[
    bool,
    typer.Option(
        "--repair",
        help="Set what is damaged in the journal aside first, and keep all that is proven good.",
    ),
]


def check(directory: Directory, as_json: AsJson = False, repair: Repair = False) -> None:
    """Prove the journal, both equations and every line of DIR; exit 4 where something is wrong."""
    from codeiod.reports.check import check as prove

    if repair:
        _repair(directory)
    result = prove(directory)
    if as_json:
        import json

        facts = {
            "ok": result.ok,
            "findings": [{"where": found.where, "what": found.what} for found in result.findings],
            "more": result.more,
            "cut_bytes": sum(cut.bytes for cut in result.cuts),
        }
        typer.echo(json.dumps(facts, indent=2))
    else:
        for found in result.findings:
            typer.echo(f"{found}")
        if result.more:
            typer.echo(f"... and {result.more} more")
        for cut in result.cuts:
            typer.echo(f"cut after a crash: {cut.bytes} bytes of {cut.file} at {cut.offset}")
        if result.ok and (report := result.report):
            items = report.items
            typer.echo(
                f"sound: {report.entries} entries = {items.total} items"
                f" + {report.duplicates} duplicates;"
                f" {items.total} items = {items.finished} finished"
                f" + {items.rejected} rejected + {items.pending} pending"
            )
    if not result.ok:
        raise typer.Exit(ExitStatus.DIRECTORY)


def _repair(directory: Path) -> None:
    from codeiod.reports.repair import repair

    done = repair(directory)
    if done is None:
        typer.echo("nothing in the journal has to be repaired", err=True)
        return
    for line in _told(done):
        typer.echo(line, err=True)


def _told(done: Repaired) -> list[str]:
    """Say what was set aside, and what has to be done again."""
    told = [f"set aside: journal/{file}" for file in done.files]
    told += [f"segment {number} is lost" for number in done.missing]
    told.append(
        f"{done.holes} places damaged; {done.lost_records} records fit nothing without them"
    )
    if done.asked_again:
        told.append(f"{done.asked_again} answers are lost: the next run asks for them again")
    for item_id in done.rejected:
        told.append(f"the content of item {item_id} is lost: it is rejected as unreadable")
    told.append(
        "what was taken in or answered and stood only there is done again: run with the sources"
    )
    return told
