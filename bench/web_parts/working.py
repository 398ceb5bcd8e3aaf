"""Carry items through a run with fakes, with or without a page beside it: a process of its own.

    python -m web_parts.working ITEMS FOLDER [page]

May import codeiod. The fakes take no time, so the event loop is all that there is: nothing else
would show as much of what a page costs. Prints the port, then seconds and processor time of it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio
from aiohttp import web

from codeiod.admission import Recipe
from codeiod.config import load
from codeiod.dataset.committer import Committer
from codeiod.errors import CodeiodError
from codeiod.journal import Journal
from codeiod.journal.state import State
from codeiod.reports import report_of
from codeiod.reports.affairs import Affairs, Phase
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.recipes import agree
from codeiod.service.run import Run
from codeiod.service.traffic import CountedRunner
from codeiod.telemetry import Telemetry
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod.web.app import make_app
from codeiod.web.daemon import Submitted
from codeiod.web.door import Runner
from codeiod_prompts import Prompts

SETTINGS = (
    "teacher.kind=builtin",
    "predict.output_pairs=1",
    "predict.input_pairs=1",
    "sample.pairs=3",
)
KEPT_SECONDS = 1.0


@dataclass(slots=True)
class Working:
    """The run as its page sees it."""

    directory: Path
    state: State
    live: Live
    takes_items: bool = False
    _affairs: Affairs | None = None

    def affairs(self) -> Affairs:
        """Tell how things stand, as of a second ago at the most."""
        if self._affairs is None or time.time() - self._affairs.at > KEPT_SECONDS:
            self._affairs = Affairs(
                Phase.WORKING,
                "",
                True,
                "bench",
                0,
                str(self.directory),
                time.time(),
                0.0,
                report_of(self.state),
                inside=self.live.inside,
            )
        return self._affairs

    def telemetry(self) -> Telemetry:
        return Telemetry()

    async def submit(self, content: bytes, name: str, meta: Mapping[str, str]) -> Submitted:
        raise CodeiodError("a bench takes nothing")


async def run(items: int, folder: Path, *, page: bool) -> dict[str, float]:
    """Carry items through a whole run."""
    source = folder / "items.jsonl"
    with source.open("w") as lines:
        for number in range(items):
            lines.write(json.dumps({"content": f"def f(n):\n    return n + {number}\n"}) + "\n")
    out = folder / "out"
    settings = load(None, [*SETTINGS, f"output.dir={json.dumps(str(out))}"], environ={}).settings
    plan = Plan(settings, (str(source),))
    async with Journal.open(out) as journal, Committer.open(out, journal) as committer:
        recipes = agree(journal, Recipe.of(settings, Prompts.load()), new_recipe=False)
        sandbox = CountedRunner(FakeSandbox(), 1)
        parts = Parts(journal, committer, recipes, sandbox, FakeTeacher(remember=False), "fake")

        async def observe(live: Live) -> None:
            if page:
                await _serve(Working(out, journal.state, live))
            else:
                print(0, flush=True)
            await anyio.sleep_forever()

        wall, cpu = time.perf_counter(), time.process_time()
        await Run(plan, parts).live(observe)
        return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


async def _serve(working: Working) -> None:
    runner = Runner(make_app(working))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        await anyio.sleep_forever()
    finally:
        with anyio.CancelScope(shield=True):
            await runner.cleanup()


async def main() -> None:
    found = await run(int(sys.argv[1]), Path(sys.argv[2]), page=sys.argv[3:] == ["page"])
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    anyio.run(main)
