"""``codeiod estimate``: what a run would take and cost, before anything is paid.

May import ``options`` and, inside, ``service``, ``reports`` and ``sources``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from codeiod.cli.options import (
    AsJson,
    Assignments,
    BaseUrl,
    Config,
    Model,
    Out,
    TeacherKind,
    load_settings,
)

if TYPE_CHECKING:
    from codeiod.config import Settings
    from codeiod.reports.estimate import Estimate, Survey

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help="Files, folders, *.jsonl (.gz, .zst), *.parquet.",
        show_default=False,
    ),
]
Files = Annotated[
    int, typer.Option("--files", min=1, metavar="N", help="Read up to N files, spread over all.")
]
Like = Annotated[
    Optional[Path],  # noqa: UP045 -- typer reads the annotation when the program runs
    typer.Option("--like", metavar="DIR", help="Take yields and pace from an earlier run."),
]


def estimate(
    sources: Sources,
    files: Files = 200,
    like: Like = None,
    out: Out = "",
    teacher: TeacherKind = "",
    base_url: BaseUrl = "",
    model: Model = "",
    config: Config = None,
    assignments: Assignments = [],  # noqa: B006 -- typer copies it
    as_json: AsJson = False,
) -> None:
    """Tell what a run over SOURCES would take: calls, tokens, money and time, with ranges.

    Nothing is sent and nothing written. The sizes of prompts are measured on a sample of the files;
    what can't be known before is taken from the paper and recorded runs, or from the run in --like.
    """
    from codeiod.journal.disk import OsDisk
    from codeiod.journal.replay import read_state
    from codeiod.reports.estimate import estimate as estimate_run
    from codeiod.service.budget import caps_of
    from codeiod.service.parts import workers_of

    settings = load_settings(config, assignments, teacher, base_url, model, out).settings
    caps_of(settings)
    surveyed = _survey(tuple(sources), settings, files)
    before = read_state(like, OsDisk()) if like is not None else None
    found = estimate_run(settings, surveyed, workers=workers_of(settings), like=before)
    if as_json:
        import orjson

        option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        typer.echo(orjson.dumps(found, option=option), nl=False)
    else:
        _tell(found, settings)


def _survey(sources: tuple[str, ...], settings: Settings, files: int) -> Survey:
    import anyio
    from anyio import to_thread

    from codeiod.service.survey import survey
    from codeiod.sources import check

    check(sources, Path(settings.output.dir))

    async def look() -> Survey:
        return await to_thread.run_sync(survey, sources, settings, files)

    return anyio.run(look)


def _tell(found: Estimate, settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Table

    from codeiod.cli.report import between, duration

    console = Console()
    refused = ", ".join(f"{reason} {n}" for reason, n in found.refused.items())
    facts = Table(show_header=False, box=None)
    facts.add_column(style="bold")
    facts.add_row("entries", f"{found.entries:,}, of which {found.read:,} were read")
    if refused:
        facts.add_row("not taken in", f"{refused}, of those read")
    for name in ("items", "programs", "samples", "calls"):
        facts.add_row(name, between(getattr(found, name)))
    for stage, one in found.stages.items():
        facts.add_row(f"  {stage}", between(one.calls))
    facts.add_row("input tokens", between(found.input_tokens))
    facts.add_row("output tokens", between(found.output_tokens))
    for currency, amount in found.money.items():
        facts.add_row("money", f"{between(amount, 2)} {currency}{_cap(settings, amount.likely)}")
    if not found.money and settings.teacher_kind == "openai":
        facts.add_row("money", "not known: no endpoint has a price")
    seconds = found.seconds
    low, likely, high = (duration(one) for one in (seconds.low, seconds.likely, seconds.high))
    facts.add_row("time", f"{likely} ({low} to {high})")
    console.print(facts)
    console.print(
        f"Yields and sizes of answers are those of {found.source}. Duplicates and cached input are"
        " not known before; they make it cheaper.",
        soft_wrap=True,
    )


def _cap(settings: Settings, money: float) -> str:
    cap = settings.budget.money
    return f"; budget.money = {cap:g} pauses the run before its end" if 0 < cap < money else ""
