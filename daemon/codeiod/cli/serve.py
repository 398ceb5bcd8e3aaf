"""``codeiod serve``: the daemon, which takes in what comes and ends when it is told to.

May import ``options``, ``starting`` and, inside, ``service``.
"""

from __future__ import annotations

import faulthandler
import signal
from typing import TYPE_CHECKING

from codeiod.cli.options import (
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

if TYPE_CHECKING:
    from types import FrameType

    from codeiod.config import Settings


def serve(
    config: Config = None,
    out: Out = "",
    teacher: TeacherKind = "",
    base_url: BaseUrl = "",
    model: Model = "",
    new_recipe: NewRecipe = False,
    assignments: Assignments = [],  # noqa: B006 -- typer copies it
    verbose: Verbose = False,
) -> None:
    """Take in what comes to the watched folders, or is handed in, until told to stop.

    SIGTERM drains, SIGHUP reads the settings anew, SIGUSR1 writes the state to the log. Exit
    status: 0 drained; 2 wrong usage or settings; 4 DIR in use, damaged, newer, not ours, or its
    disk failed.
    """
    obey_signals()
    for early in (signal.SIGHUP, signal.SIGUSR1):
        signal.signal(early, _ignore)
    faulthandler.enable()  # a watchdog's SIGABRT leaves the stack of every thread in the log

    def load() -> Settings:
        return load_settings(config, assignments, teacher, base_url, model, out).settings

    try:
        from codeiod.cli.logs import configure_logs
        from codeiod.logs import set_level
        from codeiod.service.plan import Plan

        configure_logs(verbose=verbose)
        plan = Plan(load(), new_recipe=new_recipe, endless=True)
        if not verbose:
            set_level(plan.settings.service.log_level)
        import anyio

        from codeiod.service.serve import serve as serve_plan

        spare_what_is_loaded()
        anyio.run(serve_plan, plan, load)
    except KeyboardInterrupt:  # before the daemon listens for signals itself
        return


def _ignore(_: int, __: FrameType | None) -> None:
    """Do nothing; unlike SIG_IGN, no child inherits it."""
