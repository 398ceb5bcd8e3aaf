"""``codeiod doctor``: what this machine can do for a run, and how to get what it can't.

May import ``options``, ``errors`` and, inside, ``execution`` and the sandbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from codeiod.cli.options import AsJson, Assignments, Config, load_settings
from codeiod.errors import ExitStatus, SettingsError

if TYPE_CHECKING:
    from codeiod_sandbox.probe import Layer, Probe

NAME_WIDTH = 18


def doctor(
    config: Config = None,
    assignments: Assignments = [],  # noqa: B006 -- typer copies it
    attack: Annotated[
        bool, typer.Option("--attack", help="Try a dozen attacks on the sandbox for real.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say which layers of the sandbox work here, and which modules programs may miss.

    Ends with 2 below sandbox.minimum_level, with 1 where an attack was not contained.
    """
    import dataclasses
    import json

    from codeiod.execution import modules_of
    from codeiod_sandbox import SandboxError, probe

    settings = load_settings(config, assignments).settings
    minimum = settings.sandbox.minimum_level
    try:
        found = probe(modules=modules_of(settings.sandbox), attacks=attack)
    except SandboxError as error:
        raise SettingsError(str(error)) from error
    enough = found.level >= minimum
    if as_json:
        facts = dataclasses.asdict(found) | {"minimum_level": minimum, "enough": enough}
        typer.echo(json.dumps(facts, indent=2))
    else:
        _tell(found, minimum)
    if not enough:
        raise typer.Exit(ExitStatus.SETTINGS)
    if not all(attacked.contained for attacked in found.attacks):
        raise typer.Exit(ExitStatus.OTHER)


def _tell(found: Probe, minimum: int) -> None:
    typer.echo(f"sandbox: level {found.level:d} {found.level.name} (at least {minimum} is asked)")
    for layer in found.layers:
        _tell_layer(layer, found.level)
    for bound in found.bounds:
        _line("memory", bound)
        _more(
            "-> have room in it for sandbox.memory_bytes, beside what an interpreter takes itself"
        )
    interpreter = found.interpreter
    _line("interpreter", f"{interpreter.path} {interpreter.version}")
    if interpreter.closed_at:
        _more(f"{interpreter.closed_at} is closed to other users: matters below level 3 alone")
    _tell_modules(found)
    rate = found.rate
    _line(
        "rate",
        f"{rate.programs_per_second:,.0f} programs a second with one worker,"
        f" {rate.calls_per_second:,.0f} calls where a program has many",
    )
    _tell_attacks(found)
    if found.level < minimum:
        typer.echo(
            f"level {found.level:d} is below sandbox.minimum_level = {minimum}: a run is refused."
            " Change what stands above, or set the minimum lower if all programs are your own"
        )


def _tell_layer(layer: Layer, level: int) -> None:
    if layer.works:
        _line(layer.name, "ok" + (f", {layer.detail}" if layer.detail else ""))
        return
    _line(layer.name, f"NO: {layer.why_not}")
    gains = f"for level {layer.unlocks:d}: " if layer.unlocks > level else ""
    _more(f"-> {gains}{layer.how_to_get}")


def _tell_modules(found: Probe) -> None:
    there = [f"{module.name} {module.version}".strip() for module in found.modules if module.works]
    _line("modules", ", ".join(there) or "the standard library alone")
    absent = [module for module in found.modules if not module.works]
    left_out = [module.name for module in absent if "sandbox.modules" in module.why_not]
    missing = [module.name for module in absent if module.name not in left_out]
    if left_out:
        _more(f"left out by sandbox.modules: {', '.join(left_out)}")
    if missing:
        _more(f"missing: {', '.join(missing)}")
        _more("-> pip install 'codeiod[science]'")


def _tell_attacks(found: Probe) -> None:
    if not found.attacks:
        _line("attacks", "not tried: codeiod doctor --attack")
        return
    held = sum(attacked.contained for attacked in found.attacks)
    _line("attacks", f"{held} of {len(found.attacks)} contained")
    for attacked in found.attacks:
        if not attacked.contained:
            _more(f"NOT contained: {attacked.name} ({attacked.tries}): {attacked.seen}")


def _line(name: str, text: str) -> None:
    typer.echo(f"  {name} {'.' * (NAME_WIDTH - len(name))} {text}")


def _more(text: str) -> None:
    typer.echo(f"      {text}")
