"""``codeiod status``: how far a run has come, also while it goes.

May import ``options`` and, inside, ``reports``.
"""

from __future__ import annotations

import typer

from codeiod.cli.options import AsJson, Directory


def status(directory: Directory, as_json: AsJson = False) -> None:
    """Tell how far the run in DIR has come; it may be going on meanwhile."""
    from codeiod.reports import read_report

    report = read_report(directory)
    if as_json:
        typer.echo(report.to_json(), nl=False)
        return
    from rich.console import Console

    from codeiod.cli.report import report_picture

    Console().print(report_picture(report, directory))
