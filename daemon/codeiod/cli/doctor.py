"""``codeiod doctor``: what this machine can do for a run, and how to get what it can't.

May import ``options``, ``errors`` and, inside, the sandbox.
"""

from __future__ import annotations

import typer

from codeiod.cli.options import AsJson, Assignments, Config, load_settings
from codeiod.errors import ExitStatus


def doctor(
    config: Config = None,
    assignments: Assignments = [],  # noqa: B006 -- typer copies it
    as_json: AsJson = False,
) -> None:
    """Say which layers of the sandbox work here, and which modules programs may miss."""
    import dataclasses
    import json

    from codeiod_sandbox import probe

    minimum = load_settings(config, assignments).settings.sandbox.minimum_level
    found = probe()
    enough = found.level >= minimum
    if as_json:
        facts = dataclasses.asdict(found) | {"minimum_level": minimum, "enough": enough}
        typer.echo(json.dumps(facts, indent=2))
    else:
        typer.echo(
            f"sandbox: level {found.level:d} {found.level.name} (at least {minimum} is asked)"
        )
        typer.echo(f"interpreter of programs: {found.python}")
        for layer in found.layers:
            typer.echo(
                f"  {layer.name} {'.' * (30 - len(layer.name))} {'ok' if layer.works else 'NO'}"
            )
            if not layer.works:
                typer.echo(f"      {layer.why_not}\n      -> {layer.how_to_get}")
        missing = ", ".join(found.missing_modules)
        typer.echo(f"modules that programs often use, missing here: {missing or 'none'}")
        if missing:
            typer.echo("      -> pip install 'codeiod[science]'")
    if not enough:
        raise typer.Exit(ExitStatus.SETTINGS)
