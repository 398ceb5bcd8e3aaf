"""A page to test: a small run with hostile names and texts, served over a daemon that can be told.

The run is real (the built-in teacher made it); what is in flight is told by the test.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from codeiod.reports.affairs import (
    Affairs,
    BudgetAffairs,
    CallInFlight,
    EndpointAffairs,
    EndpointState,
    JournalAffairs,
    Percentiles,
    Phase,
    SandboxAffairs,
    Trouble,
    WatchAffairs,
)
from codeiod.web.app import make_app
from codeiod.web.door import Runner
from codeiod.web.stopped import Stopped

from ...daemon.warm import WARM  # noqa: TID252 -- tests are in no named package

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "algorithms"
NAMES = ("best_run.py", "bin_packing.py")
PWN = "window.pwned=1"
HOSTILE_NAME = f"<img src=x onerror={PWN}>.py"
HOSTILE = f'''def tagged(words: list[str], depth: int) -> list:
    """Wrap each word as <script>{PWN}</script> would be, "><svg onload={PWN}>.

    :param words: the words to wrap
    :param depth: how often each is wrapped, from 0 to 3
    """
    wrapped = []
    for word in words:
        text = word
        for _ in range(depth):
            # </code></pre><img src=x onerror={PWN}>
            text = "<b onclick={PWN}>" + text + "</b>"
        wrapped.append(text)
        if len(text) > 60:
            wrapped.append("</script>")
    return wrapped
'''
SLOW = f"<script>{PWN}</script> is slow"
SECONDS = 20.0


def make_run(folder: Path) -> Path:
    """Run the built-in teacher over two examples, a hostile file and an empty one."""
    files, out = folder / "files", folder / "out"
    files.mkdir()
    for name in NAMES:
        (files / name).write_bytes((EXAMPLES / name).read_bytes())
    (files / HOSTILE_NAME).write_text(HOSTILE, encoding="utf-8")
    (files / "empty.py").touch()
    command = ("run", str(files), "--out", str(out), "--teacher", "builtin")
    WARM.run(command, folder, 60).check_returncode()
    return out


AnyStopped = TypeVar("AnyStopped", bound=Stopped)


class Playing(Stopped):
    """The directory of a run, with a daemon at work on it as far as a test says."""

    def tell(self, **changes: Any) -> None:
        """Change how things stand."""
        self._affairs = replace(self._affairs, **changes)


def read_apart(kind: type[AnyStopped], directory: Path) -> AnyStopped:
    """Read a run in a thread of its own: in that of the test the browser's loop is running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(kind.read, directory).result(SECONDS)


def at_work(affairs: Affairs) -> dict[str, Any]:
    """Return what a daemon at work adds to how its directory stands."""
    spare = EndpointAffairs(
        name="spare",
        url="http://10.0.0.7:8000/v1",
        model="qwen2.5-72b",
        state=EndpointState.RESTING,
        why="connection refused 6 times; tried again in 12 s",
        failed={"refused": 6},
    )
    main = EndpointAffairs(
        name="main",
        url="https://llm.example.org/v1",
        model="deepseek-v3",
        in_flight=118,
        limit=128,
        max_in_flight=256,
        waiting=14,
        answered=4100,
        failed={"timeout": 12},
        latency=Percentiles(14.2, 41.7, 77.1),
    )
    return {
        "phase": Phase.WORKING,
        "ready": True,
        "total_entries": 60_000,
        "in_flight": 118,
        "teacher": "openai",
        "endpoints": (main, spare),
        "sandbox": SandboxAffairs(4, 8, 5, 0, 900, {"returned": 800, "raised": 90}, 99.0),
        "budget": BudgetAffairs(currency="USD", money=900.0, spent_money=86.5),
        "watched": (
            WatchAffairs("/srv/in", taken=4),
            WatchAffairs("/mnt/x", False, "no such folder"),
        ),
        "journal": JournalAffairs(segment=2, bytes=9_000_000, disk_free_bytes=10**12),
        "calls": (CallInFlight("0" * 32, "out/3/0/2", "main", 31.0),),
        "troubles": (Trouble(affairs.at - 60, "warning", "x", SLOW, 3),),
        "memory_bytes": 200_000_000,
    }


class Site:
    """Serves an application from a thread of its own; it can be stopped, and started again."""

    def __init__(self, daemon: Stopped, token: str = "") -> None:
        self.daemon = daemon
        self._token = token
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Serve until it is stopped."""
        up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(up)), daemon=True)
        self._thread.start()
        assert up.wait(SECONDS)

    def stop(self) -> None:
        """Stop serving, as a daemon that ends does."""
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(SECONDS)
        self._loop = self._thread = None

    async def _serve(self, up: threading.Event) -> None:
        from aiohttp.web import TCPSite

        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        runner = Runner(make_app(self.daemon, token=self._token))
        await runner.setup()
        try:
            await TCPSite(runner, "127.0.0.1", self._port, reuse_address=True).start()
            up.set()
            await self._ended.wait()
        finally:
            await runner.cleanup()
