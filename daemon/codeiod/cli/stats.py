"""``codeiod stats``: the paper's tables for a run, and ``codeiod compare``: two runs side by side.

May import ``options``, ``printable``, ``statistics_picture``, errors and, inside, ``reports``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from codeiod.cli.options import AsJson, Directory
from codeiod.errors import SettingsError

if TYPE_CHECKING:
    from codeiod.reports.statistics import Statistics

Html = Annotated[
    Optional[Path],  # noqa: UP045 -- typer reads the annotation when the program runs
    typer.Option("--html", metavar="FILE", help="Write a page that needs nothing else."),
]
Other = Annotated[
    Path, typer.Argument(metavar="DIR2", help="Another run's directory.", show_default=False)
]


def stats(directory: Directory, html: Html = None, as_json: AsJson = False) -> None:
    """Tell what a run has made: by source, direction and turn, with lengths, costs and kinds."""
    from codeiod.reports.statistics import page

    found = _gathered(directory)
    if html is not None:
        _write(html, page(found))
    if as_json:
        typer.echo(found.to_json(), nl=False)
    elif html is None:
        from rich.console import Console

        from codeiod.cli.statistics_picture import statistics_picture

        Console().print(statistics_picture(found))
    else:
        typer.echo(f"written: {html}")


def compare(directory: Directory, other: Other, as_json: AsJson = False) -> None:
    """Set the figures of two runs side by side."""
    first, second = _gathered(directory), _gathered(other)
    if as_json:
        import json

        from codeiod.reports.statistics import figures

        told = [
            {"directory": one.directory, "figures": {f.name: f.value for f in figures(one)}}
            for one in (first, second)
        ]
        typer.echo(json.dumps(told, indent=2))
    else:
        from rich.console import Console

        from codeiod.cli.statistics_picture import comparison

        Console().print(comparison(first, second))


def _gathered(directory: Path) -> Statistics:
    from codeiod.reports.statistics import gather
    from codeiod.sources.languages import language_of

    return gather(directory, language_of)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"--html {path}: {error.strerror}") from error
