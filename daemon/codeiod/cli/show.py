"""``codeiod show``: samples as a person reads them.

May import ``options`` and, inside, ``reports`` and rich.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from codeiod.cli.options import AsJson, Directory
from codeiod.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

Name = Annotated[
    str,
    typer.Argument(
        metavar="[ID]",
        help="Of a sample, a program or an item; a beginning will do.",
        show_default=False,
    ),
]
Number = Annotated[int, typer.Option("-n", "--number", min=1, help="How many samples at most.")]


def show(
    directory: Directory, name: Name = "", number: Number = 1, as_json: AsJson = False
) -> None:
    """Show samples of DIR whole: the prompt, both turns, the feedback, the verdicts."""
    from itertools import islice

    from codeiod.reports.samples import samples

    found = list(islice(samples(directory, name), number))
    if not found and name:
        raise SettingsError(f"no sample in {directory} has an id that begins with {name}")
    if as_json:
        import json

        for sample in found:
            typer.echo(json.dumps(sample))
        return
    from rich.console import Console

    console = Console()
    for sample in found:
        console.print(*_picture(sample), sep="\n")
    if not found:
        console.print(f"{directory} holds no sample yet")


def _picture(sample: dict[str, Any]) -> Iterator[RenderableType]:
    from rich.markdown import Markdown
    from rich.panel import Panel
    from rich.text import Text

    def panel(title: str, body: RenderableType) -> Panel:
        return Panel(body, title=title, title_align="left")

    yield Text(
        f"sample {sample['id']}  {sample['task']}\n"
        f"item {sample['item_id']}  program {sample['program_id']}"
        f"  pair {sample['pair']}  sample {sample['sample']}"
    )
    yield panel("prompt", Markdown(sample["prompt"]))
    for turn in ("1", "2"):
        if sample[f"status_{turn}"]:
            if sample[f"reasoning_{turn}"]:
                yield panel(f"hidden reasoning {turn}", Text(sample[f"reasoning_{turn}"]))
            yield panel(f"turn {turn}: {sample[f'model_{turn}']}", Markdown(sample[f"turn_{turn}"]))
            verdict = sample[f"status_{turn}"]
            yield panel(f"feedback {turn}: {verdict}", Text(sample[f"feedback_{turn}"]))
