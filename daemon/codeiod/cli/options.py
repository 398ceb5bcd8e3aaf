"""The options that several commands share, and the settings that come of them.

May import typer, ``config`` (inside) and ``errors``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

if TYPE_CHECKING:
    from codeiod.config import Loaded

Config = Annotated[
    Optional[Path],  # noqa: UP045 -- typer reads the annotation when the program runs
    typer.Option("--config", help="Settings file; codeiod.toml in this folder where there is one."),
]
Assignments = Annotated[
    list[str],
    typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Set one setting; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]
Directory = Annotated[
    Path, typer.Argument(metavar="DIR", help="The output directory of a run.", show_default=False)
]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Show more; tracebacks of errors.")]
TeacherKind = Annotated[
    str, typer.Option("--teacher", metavar="KIND", help="Who answers: builtin or openai.")
]
BaseUrl = Annotated[
    str,
    typer.Option("--base-url", metavar="URL", help="The one endpoint to use, as http://HOST/v1."),
]
Model = Annotated[str, typer.Option("--model", help="The model to ask at --base-url.")]
NewRecipe = Annotated[
    bool,
    typer.Option("--new-recipe", help="Go on under changed settings: later items take them."),
]
Out = Annotated[str, typer.Option("--out", metavar="DIR", help="Where the run lives.")]


def load_settings(
    config: Path | None,
    assignments: list[str],
    teacher: str = "",
    base_url: str = "",
    model: str = "",
    out: str = "",
) -> Loaded:
    """Read all layers of settings, flags last.

    :raises codeiod.errors.SettingsError: one of them is wrong.
    """
    from codeiod.config import load

    flags: dict[str, Any] = {}
    if teacher:
        flags["teacher.kind"] = teacher
    if out:
        flags["output.dir"] = out
    return load(config, assignments, flags, base_url=base_url, model=model)
