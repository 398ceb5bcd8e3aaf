"""``codeiod view``: the page of a directory, whether or not its daemon runs.

May import ``options``, ``errors`` and, inside, ``web`` and aiohttp.
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from codeiod.cli.options import Directory
from codeiod.errors import SettingsError

Host = Annotated[
    str, typer.Option("--host", metavar="HOST", help="The loopback address to listen on.")
]
Port = Annotated[
    int, typer.Option("--port", metavar="N", min=0, max=65535, help="0: any that is free.")
]


def view(directory: Directory, host: Host = "127.0.0.1", port: Port = 8643) -> None:
    """Show DIR on a page for the browser, until Ctrl-C; nothing in it is changed but its cache."""
    import anyio

    if host not in ("127.0.0.1", "::1", "localhost"):
        raise SettingsError(f"--host {host}: only this machine may look, as nobody is asked who")
    anyio.run(_serve, directory, host, port)


async def _serve(directory: Path, host: str, port: int) -> None:
    import anyio
    from aiohttp import web
    from anyio import to_thread

    from codeiod.web.app import make_app
    from codeiod.web.door import Runner
    from codeiod.web.stopped import Stopped

    stopped = await to_thread.run_sync(Stopped.read, directory)
    runner = Runner(make_app(stopped))
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise SettingsError(
                f"{host}:{port} can't be listened on ({error.strerror}): name another --port"
            ) from error
        found, at, *_ = runner.addresses[0]
        name = f"[{found}]" if ":" in found else found
        typer.echo(f"http://{name}:{at}/  (Ctrl-C ends it)")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stopped.follow)
            with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
                async for _ in signals:
                    tasks.cancel_scope.cancel()
    finally:
        await runner.cleanup()
