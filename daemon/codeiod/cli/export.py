"""``codeiod export``: the dataset in the shape that a trainer reads.

May import ``options``, ``printable``, errors and, inside, ``dataset`` and ``sources``.
"""

from __future__ import annotations

import gc
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from codeiod.cli.options import AsJson, Directory

if TYPE_CHECKING:
    from codeiod.dataset.exports import Committed
    from codeiod.dataset.exports.counting import Exported

FormatName = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="F",
        help="hf, sft, chat, preference or rlvr: docs/dataset.md.",
        show_default=False,
    ),
]
OutFolder = Annotated[
    Path,
    typer.Option("--out", metavar="DIR2", help="A new folder for it.", show_default=False),
]
KeepName = Annotated[
    str, typer.Option("--keep", metavar="WHICH", help="all, only-right or only-hard.")
]
Revised = Annotated[
    bool, typer.Option("--revised", help="sft: both turns in one response, as CodeI/O++.")
]
ReleasedShape = Annotated[
    bool,
    typer.Option("--released-shape", help="hf: the fields of the released CodeI/O, and no others."),
]
Holdout = Annotated[
    float, typer.Option("--holdout", metavar="SHARE", help="Share of the items set apart as test.")
]
Seed = Annotated[int, typer.Option("--seed", help="Of all that is left to chance.")]
MaxPerProgram = Annotated[
    int,
    typer.Option("--max-per-program", metavar="N", help="Samples of a program at most; 0: all."),
]
Weights = Annotated[
    list[str],
    typer.Option("--weight", metavar="TASK=W", help="Share of a task in the mix; may be repeated."),
]
Licence = Annotated[
    str, typer.Option("--license", metavar="ID", help="The licence that the card names.")
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace an export that stands there already.")
]


def export(
    directory: Directory,
    format_name: FormatName,
    out: OutFolder,
    keep: KeepName = "all",
    revised: Revised = False,
    released_shape: ReleasedShape = False,
    holdout: Holdout = 0.0,
    seed: Seed = 0,
    max_per_program: MaxPerProgram = 0,
    weight: Weights = [],  # noqa: B006 -- typer reads it, and never changes it
    licence: Licence = "other",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Write the dataset of DIR into a new folder as trainers read it; also while a run goes on."""
    from codeiod.dataset.exports import Options, export, format_named, keep_named, weights_of
    from codeiod.sources.languages import language_of

    options = Options(
        format_named(format_name),
        keep=keep_named(keep),
        revised=revised,
        released_shape=released_shape,
        holdout=holdout,
        seed=seed,
        max_per_program=max_per_program,
        weights=weights_of(weight),
        licence=licence,
    )
    signal.signal(signal.SIGTERM, _stop)
    # Each row is some containers that go soon and hold no cycles: looking for such costs a tenth.
    gc.set_threshold(200_000)
    exported = export(
        directory, out, options, language_of, overwrite=overwrite, begun=_tell_what_is_left
    )
    if as_json:
        import json

        from codeiod.dataset.exports import manifest

        typer.echo(json.dumps(manifest(options, exported), indent=2))
    else:
        _tell(exported, out)


def _stop(number: int, _: object) -> NoReturn:
    """End as Ctrl-C does, so that what was begun is taken away."""
    raise SystemExit(128 + number)


def _tell_what_is_left(committed: Committed) -> None:
    """Say where a dataset is not at its end."""
    pending = len(committed.state.pending)
    if committed.alive:
        typer.echo(
            f"a run is at work on {committed.directory}: exporting what is committed now,"
            f" {pending:,} items are on their way",
            err=True,
        )
    elif pending:
        typer.echo(
            f"{committed.directory} is unfinished, {pending:,} items are pending:"
            " exporting what is committed",
            err=True,
        )


def _tell(exported: Exported, out: Path) -> None:
    from codeiod.cli.printable import printable

    counts = exported.counts
    typer.echo(f"{printable(str(out))}: {counts.samples:,} samples of {counts.programs:,} programs")
    for config, splits in exported.rows().items():
        told = ", ".join(f"{splits[split]:,} {split}" for split in sorted(splits, reverse=True))
        typer.echo(f"  {config}: {told}")
