"""``codeiod ctl``: control of a running daemon over its socket.

May import ``options``, ``asking``, ``affairs``, ``printable`` and ``explain`` of this package
and, inside, ``service.control``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Optional
from urllib.parse import quote, urlencode

import typer

from codeiod.cli.asking import ask
from codeiod.cli.options import AsJson, Config, Out, load_settings
from codeiod.cli.printable import recorded
from codeiod.errors import SettingsError

MOST_BYTES = 64 << 20
"""What is read of one file that is handed in; ``items.max_bytes`` of the daemon is stricter."""

ctl = typer.Typer(
    name="ctl",
    help="Control a running daemon over its socket. Exit status 3: none is running.",
    no_args_is_help=True,
)

Socket = Annotated[
    Optional[Path],  # noqa: UP045 -- typer reads the annotation when the program runs
    typer.Option("--socket", help="The daemon's control socket, where no settings name it."),
]
Why = Annotated[str, typer.Option("--why", help="What others are told about the pause.")]
Limits = Annotated[
    Optional[list[str]],  # noqa: UP045 -- as above
    typer.Argument(
        metavar="[NAME=VALUE]...",
        help="requests_per_minute, tokens_per_minute, max_in_flight (ENDPOINT.max_in_flight: of"
        " one endpoint), workers, money, money_per_day, tokens, tokens_per_day; 0: no limit.",
        show_default=False,
    ),
]
Reasons = Annotated[list[str], typer.Argument(metavar="REASON...", show_default=False)]
Item = Annotated[str, typer.Argument(metavar="ITEM", help="The beginning of its id, or its path.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", show_default=False)]


@ctl.callback()
def where(
    context: typer.Context, config: Config = None, out: Out = "", socket: Socket = None
) -> None:
    """Control a running daemon over its socket."""
    context.obj = lambda: socket or _socket_of(config, out)


@ctl.command("status")
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell how things stand."""
    from codeiod.cli.affairs import affairs_lines

    affairs = ask(context.obj(), "GET", "/status")
    _print(affairs, as_json, affairs_lines(affairs))


@ctl.command("pause")
def pause(context: typer.Context, why: Why = "", as_json: AsJson = False) -> None:
    """Let nothing in and no request leave until `resume`; what is in flight lands."""
    _print_phase(_post(context, "/pause", {"why": why}), as_json)


@ctl.command("resume")
def resume(context: typer.Context, as_json: AsJson = False) -> None:
    """Go on after `pause`."""
    _print_phase(_post(context, "/resume", {}), as_json)


@ctl.command("drain")
def drain(context: typer.Context, as_json: AsJson = False) -> None:
    """End the daemon in order, as SIGTERM does: what is in flight may land."""
    _print_phase(_post(context, "/drain", {}), as_json)


@ctl.command("reload")
def reload(context: typer.Context, as_json: AsJson = False) -> None:
    """Read the settings anew, as SIGHUP does; limits set by `limits` end with it."""
    _print_changed(_post(context, "/reload", {}), as_json)


@ctl.command("limits")
def limits(context: typer.Context, wishes: Limits = None, as_json: AsJson = False) -> None:
    """Set limits at once, until a reload or restart; without any, tell those in force."""
    if wishes:
        _print_changed(_post(context, "/limits", {"limits": _read(wishes)}), as_json)
        return
    told = ask(context.obj(), "GET", "/limits")
    _print(told, as_json, (f"{name} = {_shown(v)}" for name, v in told["limits"].items()))


@ctl.command("retry")
def retry(context: typer.Context, reasons: Reasons, as_json: AsJson = False) -> None:
    """Take up again the items that were rejected for such reasons."""
    told = _post(context, "/retry", {"reasons": reasons})
    _print(told, as_json, [f"{told['items']} items are taken up again"])


@ctl.command("explain")
def explain(context: typer.Context, item: Item, as_json: AsJson = False) -> None:
    """Tell all that happened to ITEM, from the journal."""
    from codeiod.cli.explain import story_lines

    story = ask(context.obj(), "GET", f"/items/{quote(recorded(item), safe='')}")
    _print(story, as_json, story_lines(story))


@ctl.command("submit")
def submit(context: typer.Context, files: Files, as_json: AsJson = False) -> None:
    """Hand files in; each is on the daemon's disk when this returns."""
    path = context.obj()
    for file in files:
        target = f"/items?{urlencode({'name': recorded(file.name)})}"
        told = ask(path, "POST", target, _content(file))
        _print(told, as_json, [f"{told['item_id']}  {'new' if told['new'] else 'known'}  {file}"])


def _socket_of(config: Path | None, out: str) -> Path:
    from codeiod.service.control.paths import socket_path

    return socket_path(load_settings(config, [], out=out).settings)


def _post(context: typer.Context, target: str, order: Mapping[str, Any]) -> Any:
    return ask(context.obj(), "POST", target, json.dumps(order).encode())


def _read(wishes: Iterable[str]) -> dict[str, str]:
    read = {}
    for wish in wishes:
        name, equals, value = wish.partition("=")
        if not equals:
            raise SettingsError(f"{wish}: write a limit as NAME=VALUE")
        read[name.strip()] = value.strip()
    return read


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{file} can't be read: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        raise SettingsError(f"{file} is larger than {MOST_BYTES:,} bytes: no code is")
    return content


def _print_phase(told: Mapping[str, str], as_json: bool) -> None:
    _print(told, as_json, [told["phase"] + (f": {told['why']}" if told["why"] else "")])


def _print_changed(told: Mapping[str, Any], as_json: bool) -> None:
    changed = [
        f"{one['key']}: {_shown(one['before'])} -> {_shown(one['after'])}"
        for one in told["changed"]
    ]
    _print(told, as_json, changed or ["nothing has changed"])


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _print(told: object, as_json: bool, lines: Iterable[str]) -> None:
    if as_json:
        typer.echo(json.dumps(told))
        return
    for line in lines:
        typer.echo(line)
