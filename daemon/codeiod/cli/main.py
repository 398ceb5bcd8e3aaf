"""The entry point: the commands by name, and how an error becomes one line and an exit status.

May import ``errors`` and the commands' own modules.
"""

from __future__ import annotations

import sys

import typer

from codeiod.cli.check import check
from codeiod.cli.config import config
from codeiod.cli.ctl import ctl
from codeiod.cli.doctor import doctor
from codeiod.cli.estimate import estimate
from codeiod.cli.explain import explain
from codeiod.cli.export import export
from codeiod.cli.run import run
from codeiod.cli.serve import serve
from codeiod.cli.show import show
from codeiod.cli.stats import compare, stats
from codeiod.cli.status import status
from codeiod.cli.top import top
from codeiod.cli.view import view
from codeiod.errors import CodeiodError, ExitStatus

app = typer.Typer(
    name="codeiod",
    help="Turn source code into verified chain-of-thought training data.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("run")(run)
app.command("serve")(serve)
app.command("status")(status)
app.command("check")(check)
app.command("show")(show)
app.command("explain")(explain)
app.command("estimate")(estimate)
app.command("stats")(stats)
app.command("compare")(compare)
app.command("export")(export)
app.command("view")(view)
app.command("top")(top)
app.add_typer(ctl, name="ctl")
app.command("config")(config)
app.command("doctor")(doctor)


def main() -> None:
    """Run the command line; every error that an operator can mend is one line."""
    try:
        app()
    except CodeiodError as error:
        from codeiod.cli.logs import last_line

        sys.stderr.write(last_line(f"codeiod: {error}"))
        if "-v" in sys.argv[1:] or "--verbose" in sys.argv[1:]:
            raise
        sys.exit(error.exit_status)
    except BrokenPipeError:
        # Whoever read our output has gone (a pager, head): nothing is left to say.
        sys.stderr.close()
        sys.exit(ExitStatus.OTHER)
