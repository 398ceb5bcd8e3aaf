"""``codeiod check``: prove that an output directory is sound.

May import ``options`` and, inside, ``reports``.
"""

from __future__ import annotations

import typer

from codeiod.cli.options import AsJson, Directory
from codeiod.errors import ExitStatus


def check(directory: Directory, as_json: AsJson = False) -> None:
    """Prove the journal, both equations and every line of DIR; exit 4 where something is wrong."""
    from codeiod.reports.check import check as prove

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
