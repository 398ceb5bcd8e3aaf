"""``codeiod run``: work through sources to the end, resuming what is there.

May import ``options``, ``starting`` and, inside, ``service``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from codeiod.cli.options import (
    AsJson,
    Assignments,
    BaseUrl,
    Config,
    Model,
    NewRecipe,
    Out,
    TeacherKind,
    Verbose,
    load_settings,
)
from codeiod.cli.starting import obey_signals, spare_what_is_loaded
from codeiod.errors import WorkLeft

if TYPE_CHECKING:
    from codeiod.service.plan import Plan
    from codeiod.service.run import Ended

Sources = Annotated[
    Optional[list[str]],  # noqa: UP045 -- typer reads the annotation when the program runs
    typer.Argument(
        metavar="[SOURCE]...",
        help="Files, folders, archives, *.jsonl (.gz, .zst), *.parquet; left out: go on with DIR.",
        show_default=False,
    ),
]
Limit = Annotated[
    Optional[int],  # noqa: UP045 -- as above
    typer.Option("--limit", min=0, metavar="N", help="Admit at most N new items in this call."),
]
Retry = Annotated[
    Optional[list[str]],  # noqa: UP045 -- as above
    typer.Option(
        "--retry",
        metavar="REASON",
        help="Take up again the items that were rejected so; may be repeated.",
    ),
]
RedoSince = Annotated[
    str,
    typer.Option(
        "--redo",
        metavar="STAGE",
        help="Make finished items anew from unify, sample, predict, verify or revise on.",
    ),
]
Upgrade = Annotated[
    bool,
    typer.Option("--upgrade", help="Make anew what the present settings would make otherwise."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Agree to what --redo or --upgrade costs.")]


def run(
    sources: Sources = None,
    out: Out = "",
    teacher: TeacherKind = "",
    base_url: BaseUrl = "",
    model: Model = "",
    limit: Limit = None,
    new_recipe: NewRecipe = False,
    retry: Retry = None,
    redo: RedoSince = "",
    upgrade: Upgrade = False,
    yes: Yes = False,
    config: Config = None,
    assignments: Assignments = [],  # noqa: B006 -- typer copies it
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Work through SOURCES to the end and write the dataset to DIR; resumes what is there.

    Exit status: 0 every entry finished or rejected; 2 wrong usage, settings or endpoint; 3 stopped
    with work left, run again to go on; 4 DIR in use, damaged, newer, not ours, or its disk failed.
    """
    obey_signals()
    try:
        from codeiod.cli.logs import configure_logs
        from codeiod.journal.retry import retriable_reason
        from codeiod.service.plan import Plan

        configure_logs(verbose=verbose)
        settings = load_settings(config, assignments, teacher, base_url, model, out).settings
        reasons = frozenset(retriable_reason(name) for name in retry or ())
        plan = Plan(settings, tuple(sources or ()), limit, new_recipe or upgrade, reasons)
        if redo or upgrade:
            from codeiod.cli.redo import agreed

            plan = agreed(plan, redo, upgrade=upgrade, yes=yes)
        ended = _run(plan)
    except KeyboardInterrupt:  # before the run listens for signals itself, or after it
        raise WorkLeft("interrupted; run again to go on") from None
    if as_json:
        typer.echo(ended.report.to_json(), nl=False)
    else:
        _summarize(plan, ended)
    raise typer.Exit(ended.status)


def _run(plan: Plan) -> Ended:
    from functools import partial

    import anyio
    from rich.console import Console

    from codeiod.cli.progress import show_progress
    from codeiod.service.run import run as run_plan

    console = Console(stderr=True)
    spare_what_is_loaded()
    return anyio.run(run_plan, plan, partial(show_progress, console=console))


def _summarize(plan: Plan, ended: Ended) -> None:
    from rich.console import Console

    from codeiod.cli.report import report_picture
    from codeiod.journal.records import Stream
    from codeiod.reports.refusals import refusals

    console = Console()
    state = ended.live.state
    why = refusals(plan.directory, state.ends.get(Stream.REJECTS, {}), state.reopened)
    console.print(report_picture(ended.report, plan.directory, why))
    if ended.live.stopping:
        todo = ended.live.advice or "run again to go on"
        console.print(f"stopped ({ended.live.stopping}) with work left: {todo}", soft_wrap=True)
