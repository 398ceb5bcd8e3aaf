"""``codeiod config``: the settings in force and where each comes from.

May import typer and ``options``.
"""

from __future__ import annotations

from typing import Annotated, Any

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

Example = Annotated[
    bool, typer.Option("--example", help="Print a settings file with all keys and what they mean.")
]


def config(
    config: Config = None,
    assignments: Assignments = [],  # noqa: B006 -- typer copies it
    teacher: TeacherKind = "",
    base_url: BaseUrl = "",
    model: Model = "",
    out: Out = "",
    example: Example = False,
    as_json: AsJson = False,
) -> None:
    """Show the settings in force and where each of them comes from."""
    import json

    if example:
        from codeiod.config.example import example as example_settings

        typer.echo(example_settings(), nl=False)
        return
    loaded = load_settings(config, assignments, teacher, base_url, model, out)
    rows = [
        (path, value, _origin(path, loaded.origins))
        for path, value in _leaves("", loaded.settings.model_dump(mode="json"))
    ]
    if as_json:
        facts = {path: {"value": value, "from": origin} for path, value, origin in rows}
        typer.echo(json.dumps(facts, indent=2))
        return
    width = max(len(path) for path, _, _ in rows)
    for path, value, origin in rows:
        shown = "(not sent)" if value is None else json.dumps(value)
        typer.echo(f"{path:<{width}}  {shown}" + (f"    # {origin}" if origin else ""))


def _leaves(stem: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        value = {str(i): part for i, part in enumerate(value)}
    if not isinstance(value, dict) or (not value and stem):
        return [(stem, value)]
    leaves = []
    for key, part in value.items():
        leaves += _leaves(f"{stem}.{key}" if stem else key, part)
    return leaves


def _origin(path: str, origins: Any) -> str:
    """Return the layer of a key, or of the section above it that was set whole."""
    while path:
        if path in origins:
            return str(origins[path])
        path = path.rpartition(".")[0]
    return ""
