"""The page and the API at scale: how soon they answer, and what they cost the work.

    python bench/web.py [--items 1000000] [--folder FOLDER] [--keep] [--only big|cost]

Generates the directory of a finished run (a million items, three million small samples: 3 GB) and
measures, over HTTP: how long the index takes and how large it is, the first page, every filter, one
sample with its neighbours, and the memory of the process that serves. Then it carries items through
a run with fakes, with and without 50 requests a second at its page. Exit status 1 where a goal is
missed. On a machine with other work, times of the processor say more than those of the clock.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout
from recorded_parts.table import Table
from web_parts.generated import write

HERE = Path(__file__).parent
MB = 1 << 20
FIRST = (
    "/",
    "/static/css/base.css",
    "/static/js/main.js",
    "/vendor/uplot/uPlot.iife.min.js",
    "/api/status",
    "/api/series?minutes=60",
)
FILTERS = (
    "/api/samples",
    "/api/samples?limit=200",
    "/api/samples?task=input_prediction",
    "/api/samples?status=right&turn=2",
    "/api/samples?status=wrong",
    "/api/samples?status=too_big&turn=1&model=small-8b&task=input_prediction",
    "/api/samples?model=large-70b",
    "/api/samples?q=rare77",
    "/api/samples?q=src",
    "/api/samples?q=src&status=too_big&turn=2",
    "/api/samples?q=mod",
    "/api/samples?q=rare",
    "/api/samples?q=nowhere",
    "/api/items",
    "/api/items?status=rejected",
    "/api/items?reason=timeout",
    "/api/items?q=module&status=rejected",
    "/api/filters",
)
TIMES = 5
REQUESTS_A_SECOND = 50
LOAD = ("/api/status", "/api/samples", "/api/samples?status=wrong", "/api/items", "/api/filters")
ROUNDS = 3


@asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """Start a process that tells its port on its first line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, stdout=asyncio.subprocess.PIPE, cwd=HERE
    )
    assert process.stdout is not None
    try:
        yield process, int(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def asked(session: ClientSession, address: str) -> tuple[float, bytes]:
    """Ask for something; return milliseconds and the answer."""
    begun = time.perf_counter()
    async with session.get(address) as answer:
        body = await answer.read()
        assert answer.status == 200, (address, answer.status, body[:200])
    return (time.perf_counter() - begun) * 1000, body


async def big(directory: Path, table: Table) -> None:
    """Measure the page of a directory."""
    async with (
        started("web_parts.served", str(directory)) as (process, port),
        ClientSession(f"http://127.0.0.1:{port}", timeout=ClientTimeout(60)) as session,
    ):
        begun = time.perf_counter()
        await _filled(session)
        took = time.perf_counter() - begun
        before = _memory(process.pid)
        child = _child(process.pid)
        size = sum(file.stat().st_size for file in (directory / "cache").iterdir())
        told = f"{_processor(child):.0f} s of CPU, {size / MB:.0f} MB"
        table.at_most("the index, from nothing, s", 900, took, told)
        table.at_most("  its process, MB at most", 200, _memory(child, peak=True))
        table.at_most("first page, all files and facts, ms", 1000, await _first(session))
        for address in FILTERS:
            times = [(await asked(session, address))[0] for _ in range(TIMES)]
            told = f"worst of {TIMES}: {max(times):.0f}"
            table.at_most(f"{address}, ms", 300, statistics.median(times), told)
        times = await _samples(session)
        told = f"worst of {len(times)}: {max(times):.0f}"
        table.at_most("a sample with its neighbours, ms", 300, statistics.median(times), told)
        grown = _memory(process.pid) - before
        table.at_most("memory of who serves, grown by MB", 5, grown, f"to {before + grown:.0f}")


async def _filled(session: ClientSession) -> None:
    while True:
        async with session.get("/api/samples?limit=1") as answer:
            if answer.status == 200 and not (await answer.json())["behind"]:
                return
        await asyncio.sleep(0.2)


async def _first(session: ClientSession) -> float:
    """Return the milliseconds of all that a first look at the page asks for, one by one."""
    return sum([(await asked(session, address))[0] for address in FIRST])


async def _samples(session: ClientSession) -> list[float]:
    """Return the times of samples anywhere in the list, as one leafs through it."""
    chance = random.Random(8)
    _, body = await asked(session, "/api/samples?limit=1")
    most = json.loads(body)["total"]
    times = []
    for _ in range(20):
        after = f"0-{_base_36(chance.randrange(most // 2, most))}"
        _, body = await asked(session, f"/api/samples?limit=1&after={after}")
        (row,) = json.loads(body)["samples"]
        times.append((await asked(session, f"/api/samples/{row['id']}?status=right"))[0])
    return times


async def cost(items: int, folder: Path, table: Table) -> None:
    """Measure a run with and without those who look at its page."""
    found: dict[str, list[dict[str, float]]] = {"": [], "page": []}
    for number in range(ROUNDS):
        for page, runs in found.items():
            place = folder / f"run{number}{page}"
            place.mkdir()
            arguments = ["web_parts.working", str(items), str(place), *([page] if page else [])]
            async with started(*arguments) as (process, port):
                runs.append(await _watched(process, port))
            shutil.rmtree(place)
    alone, seen = found.values()
    rate = statistics.median(run["asked"] / run["took"] for run in seen)
    table.at_least("requests a second at the page", 0.9 * REQUESTS_A_SECOND, rate)
    more = _median(seen, "cpu") - _median(alone, "cpu")
    # Where the loop is all that there is, a run loses what its page takes of one processor. By the
    # clock that can't be told on a machine with other work: it would take from both.
    share = REQUESTS_A_SECOND * more / _median(seen, "asked")
    told = f"{more * 1000 / _median(seen, 'asked'):.2f} ms a request"
    table.at_most("what 50 a second take of the daemon's processor", 0.05, share, told)
    wall = _median(seen, "wall") / _median(alone, "wall")
    print(f"       by the clock of this machine: {wall:.3f} of the time without")


async def _watched(process: asyncio.subprocess.Process, port: int) -> dict[str, float]:
    """Ask for things while a run goes on; return what it tells at its end."""
    assert process.stdout is not None
    begun, count = time.perf_counter(), 0
    end = asyncio.create_task(process.stdout.readline())
    async with ClientSession(f"http://127.0.0.1:{port}", timeout=ClientTimeout(10)) as session:
        asks: set[asyncio.Task[None]] = set()
        while port and not end.done():
            ask = asyncio.create_task(_ask(session, LOAD[count % len(LOAD)]))
            asks.add(ask)
            ask.add_done_callback(asks.discard)
            count += 1
            await asyncio.sleep(max(0.0, begun + count / REQUESTS_A_SECOND - time.perf_counter()))
        line = await end
        took = time.perf_counter() - begun
        for ask in asks:
            ask.cancel()
    return {**json.loads(line), "asked": count, "took": took}


async def _ask(session: ClientSession, address: str) -> None:
    try:
        async with session.get(address) as answer:
            await answer.read()
    except OSError:
        return  # it has just ended


def _median(runs: list[dict[str, float]], what: str) -> float:
    return statistics.median(run[what] for run in runs)


def _memory(pid: int, *, peak: bool = False) -> float:
    """Return the resident memory of a process, in MB."""
    name = "VmHWM:" if peak else "VmRSS:"
    status = Path(f"/proc/{pid}/status").read_text()
    return float(status.split(name)[1].split()[0]) / 1024


def _processor(pid: int) -> float:
    """Return the seconds that a process has had of the processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _child(pid: int) -> int:
    """Return the process of the index."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return next(int(child) for task in tasks for child in task.read_text().split())


def _base_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def main() -> int:
    """Print the table; the exit status says whether all goals are met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--work", type=int, default=3000, help="items of the runs with fakes")
    parser.add_argument("--folder", type=Path, help="where the directory is made, and kept")
    parser.add_argument("--only", choices=("big", "cost"))
    given = parser.parse_args()
    table = Table()
    with tempfile.TemporaryDirectory() as name:
        directory = given.folder or Path(name, "big")
        if given.only != "cost":
            if not directory.exists():
                counted = write(directory, given.items)
                shown = f"{counted.items:,} items, {counted.samples:,} samples"
                print(f"{shown}, {counted.bytes / MB:,.0f} MB", flush=True)
            shutil.rmtree(directory / "cache", ignore_errors=True)
            asyncio.run(big(directory, table))
        if given.only != "big":
            asyncio.run(cost(given.work, Path(name), table))
    return 0 if table.ok else 1


if __name__ == "__main__":
    sys.exit(main())
