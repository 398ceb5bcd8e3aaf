"""``codeiod top``: a running daemon at a glance, every second, over its control socket.

May import ``options``, ``asking`` and ``glance`` of this package and, inside, rich.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from codeiod.cli.options import AsJson, Config, Out, load_settings

if TYPE_CHECKING:
    from rich.text import Text

    from codeiod.cli.glance import Speeds

REFRESH_SECONDS = 1.0
QUITTING = frozenset(b"qQ\x04")
"""Keys that end it: q and Ctrl-D."""
ESCAPE = b"\x1b"
"""What arrows and other such keys begin with; by itself it ends it, too."""
FOOTER = "q quits"
PLAIN_LINES = 200

Once = Annotated[bool, typer.Option("--once", help="Print one look and end.")]
Socket = Annotated[
    Optional[Path],  # noqa: UP045 -- typer reads the annotation when the program runs
    typer.Option("--socket", help="The daemon's control socket, where no settings name it."),
]


def top(
    config: Config = None,
    out: Out = "",
    socket: Socket = None,
    once: Once = False,
    as_json: AsJson = False,
) -> None:
    """Look at a running daemon: its work, teacher, money, sandbox, and the last troubles.

    Exit status 3: none is running.
    """
    from rich.console import Console

    path = socket or _socket_of(config, out)
    if as_json:
        typer.echo(json.dumps(_affairs(path)))
        return
    console = Console()
    if once or not console.is_terminal:
        _print_once(path)
        return
    with suppress(KeyboardInterrupt):
        _watch(path)


def _watch(path: Path) -> None:
    """Look every second until told to quit; a daemon that restarts is waited for."""
    from rich.console import Console
    from rich.live import Live

    console, looks = Console(), _Looks(path)
    looks.look(console.width, console.height - 1)  # where none runs, that is said and it is over
    with _keys(), Live(console=console, screen=True, auto_refresh=False) as display:
        while True:
            lines = looks.look_again(console.width, console.height - 1)
            display.update(_screen(lines, console.height), refresh=True)
            if _quits(REFRESH_SECONDS):
                return


class _Looks:
    """One look after the other, and how fast things go between them."""

    def __init__(self, path: Path) -> None:
        from codeiod.cli.progress import Rate

        self._path = path
        self._items, self._answers = Rate(), Rate()
        self._last: list[Text] = []

    def look(self, width: int, height: int) -> list[Text]:
        """Ask the daemon, and draw what it says.

        :raises CodeiodError: it does not say.
        """
        from codeiod.cli.glance import glance

        affairs = _affairs(self._path)
        self._last = glance(affairs, self._speeds(affairs), width, height)
        return self._last

    def look_again(self, width: int, height: int) -> list[Text]:
        """Ask; where no one answers, show what was known last, and that."""
        from rich.text import Text

        from codeiod.errors import CodeiodError

        try:
            return self.look(width, height)
        except CodeiodError as error:
            return [Text(str(error), style="red", overflow="ellipsis"), *self._last[: height - 1]]

    def _speeds(self, affairs: Mapping[str, Any]) -> Speeds:
        from codeiod.cli.glance import Speeds

        items, calls = affairs["report"]["items"], affairs["report"]["calls"]
        self._items.add(affairs["at"], items["finished"] + items["rejected"])
        self._answers.add(affairs["at"], calls["answered"])
        return Speeds(self._items.per_minute, self._answers.per_minute)


def _print_once(path: Path) -> None:
    from rich.console import Console

    from codeiod.cli.glance import glance

    console = Console(highlight=False)
    for line in glance(_affairs(path), None, console.width, PLAIN_LINES):
        console.print(line, no_wrap=True, overflow="ignore", crop=False)


def _screen(lines: list[Text], height: int) -> Text:
    from rich.text import Text

    empty = [Text()] * max(0, height - 1 - len(lines))
    return Text("\n", no_wrap=True).join([*lines, *empty, Text(FOOTER, style="dim")])


def _affairs(path: Path) -> Mapping[str, Any]:
    from codeiod.cli.asking import ask

    return dict(ask(path, "GET", "/status"))


def _socket_of(config: Path | None, out: str) -> Path:
    from codeiod.service.control.paths import socket_path

    return socket_path(load_settings(config, [], out=out).settings)


@contextmanager
def _keys() -> Iterator[None]:
    """Have keys come one by one, unseen; where there is no keyboard, change nothing."""
    import termios
    import tty

    if not sys.stdin.isatty():
        yield
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _quits(seconds: float) -> bool:
    """Wait for a key; tell whether it is one that quits."""
    if not sys.stdin.isatty():
        time.sleep(seconds)
        return False
    readable, _, _ = select.select([sys.stdin], [], [], seconds)
    if not readable:
        return False
    keys = os.read(sys.stdin.fileno(), 64)
    if keys.startswith(ESCAPE):
        return keys == ESCAPE
    return not keys or not QUITTING.isdisjoint(keys)
