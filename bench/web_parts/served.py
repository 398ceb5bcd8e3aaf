"""Serve a directory as ``codeiod view`` does, and tell the port: a process of its own.

    python -m web_parts.served DIR

May import codeiod.
"""

from __future__ import annotations

import sys
from pathlib import Path

import anyio
from aiohttp import web
from anyio import to_thread

from codeiod.web.app import make_app
from codeiod.web.door import Runner
from codeiod.web.stopped import Stopped


async def serve(directory: Path) -> None:
    """Serve until killed."""
    runner = Runner(make_app(await to_thread.run_sync(Stopped.read, directory)))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await anyio.sleep_forever()


if __name__ == "__main__":
    anyio.run(serve, Path(sys.argv[1]))
