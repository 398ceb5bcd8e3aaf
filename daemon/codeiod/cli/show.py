"""``codeiod show``: samples as a person reads them.

May import ``options``, ``errors`` and, inside, ``reports``, ``typical`` and ``picture``.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from codeiod.cli.options import AsJson, Directory
from codeiod.errors import SettingsError

if TYPE_CHECKING:
    from codeiod.cli.typical import Sample

LOOKED_AT = 2000
"""Samples among which some are chosen: a dataset may hold millions."""

Name = Annotated[
    str,
    typer.Argument(
        metavar="[ID]",
        help="Of a sample, a program or an item; a beginning will do.",
        show_default=False,
    ),
]
Number = Annotated[
    int, typer.Option("-n", "--samples", metavar="N", min=1, help="How many samples at most.")
]


def show(
    directory: Directory, name: Name = "", number: Number = 1, as_json: AsJson = False
) -> None:
    """Show samples of DIR whole: the prompt, both turns, the feedback, the verdicts.

    Of many it chooses typical ones: of each task, right at the first turn and at the second.
    """
    from itertools import islice

    from codeiod.cli.typical import typical
    from codeiod.reports.samples import samples

    found = typical(list(islice(samples(directory, name), LOOKED_AT)), number)
    if not found and name:
        raise SettingsError(f"no sample in {directory} has an id that begins with {name}")
    if as_json:
        import json

        for sample in found:
            typer.echo(json.dumps(sample))
        return
    _print(found)
    if not found:
        typer.echo(f"{directory} holds no sample yet")


def _print(found: list[Sample]) -> None:
    from rich.console import Console

    from codeiod.cli.picture import picture, plain

    if not sys.stdout.isatty():
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a text file
    console = Console()
    for place, sample in enumerate(found):
        if place:
            console.print()
        if console.is_terminal:
            console.print(picture(sample, console.width))
        else:
            for line in plain(sample):
                typer.echo(line)
