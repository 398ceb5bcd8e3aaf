"""A daemon at work for half an hour: what it holds stays flat, and nothing that arrives is lost.

    python bench/serve_soak.py [--seconds 1800] [--per-second 1] [--keep FOLDER]

A real ``codeiod serve`` watches a folder to which files come all the time, with a teacher on
loopback of whose calls one in twelve fails, in eight ways. Meanwhile someone changes limits,
pauses, reloads good and broken settings, hands files in, and looks at page, metrics and socket. At
the end all that arrived must be finished or rejected, exactly once, ``check`` must find nothing,
and memory, descriptors, threads and processes must not have grown beyond their noise (see
``holding``). Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from llm_parts.serving import serving
from llm_parts.ways import Ways
from recorded_parts.daemon import COMMAND, STOP_SECONDS
from recorded_parts.processes import descendants, outliving
from recorded_parts.table import Table
from serve_soak_parts.arriving import Arrivals
from serve_soak_parts.changing import Operator
from serve_soak_parts.holding import Held
from serve_soak_parts.judging import judge_holding, judge_items
from serve_soak_parts.setting import FAULTS, SETTINGS

SECONDS = 1800.0
PER_SECOND = 1.0
LOOKS = 360
"""How often it is looked at, over the whole time."""
FEWEST_LOOK_SECONDS = 0.25
CHANGES = 120
FEWEST_CHANGE_SECONDS = 0.5
START_SECONDS = 60.0
SETTLE_SECONDS = 300.0
"""How long the work that is left at the end may take."""


@dataclass
class Soak:
    """One soak."""

    folder: Path
    seconds: float
    per_second: float
    seed: int = 0
    held: list[Held] = field(default_factory=list)
    looks: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.directory = self.folder / "out"
        self.arrivals = Arrivals(self.folder / "drop", self.seed)
        self.log = self.folder / "serve.log"

    def run(self, table: Table) -> None:
        """Run it all, and see that nothing was lost."""
        ways = Ways("programs", latency_seconds=0.2, capacity=16, faults=FAULTS)
        with serving(ways) as teacher:
            config = self.folder / "codeiod.toml"
            config.write_text(SETTINGS.format(folder=self.folder, base_url=teacher.base_url))
            with self._serve(config) as process:
                by_hand = Arrivals(self.folder / "by_hand", self.seed + 1)
                operator = Operator(process, self.directory, config, extra=by_hand.content)
                self._work(process, operator)
                expected = self.arrivals.expected | by_hand.expected
                self._settle(operator, expected)
                left = descendants(process.pid)
                process.terminate()
                status = process.wait(STOP_SECONDS)
            print(f"       the teacher: {teacher.stats()}")
        print(f"       arrived: {dict(self.arrivals.ways)}; done: {dict(operator.done)}")
        print(f"       looked: {dict(self.looks)}")
        table.equal("exit status after SIGTERM", 0, status)
        table.equal("processes left behind", 0, outliving(left))
        table.none_of("orders that were not obeyed", operator.findings)
        table.none_of("looks that were not answered", self.findings)
        judge_items(table, self.directory, expected)

    @contextmanager
    def _serve(self, config: Path) -> Iterator[subprocess.Popen[bytes]]:
        with self.log.open("wb") as log:
            command = [COMMAND, "serve", "--config", str(config)]
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log) as process:
                try:
                    yield process
                finally:
                    process.kill()

    def _work(self, process: subprocess.Popen[bytes], operator: Operator) -> None:
        """Let files come and settings change, and look at the daemon meanwhile."""
        address, over = self._address(), Event()
        change_seconds = max(self.seconds / CHANGES, FEWEST_CHANGE_SECONDS)
        others = (
            Thread(target=self.arrivals.keep_coming, args=(self.per_second, over)),
            Thread(target=operator.keep_changing, args=(change_seconds, over)),
        )
        for other in others:
            other.start()
        try:
            self._look(process, address)
        finally:
            over.set()
            for other in others:
                other.join()

    def _look(self, process: subprocess.Popen[bytes], address: str) -> None:
        began = time.monotonic()
        while (now := time.monotonic() - began) < self.seconds:
            if process.poll() is not None:
                raise RuntimeError(f"the daemon has ended with status {process.returncode}")
            self.held.append(Held.by(process.pid, now))
            for path in ("/metrics", "/api/status", "/healthz", "/readyz", "/"):
                self._get(f"http://{address}{path}", path)
            time.sleep(max(self.seconds / LOOKS, FEWEST_LOOK_SECONDS))

    def _get(self, url: str, path: str) -> None:
        try:
            with urllib.request.urlopen(url, timeout=STOP_SECONDS) as answer:
                answer.read()
                self.looks[f"{path} {answer.status}"] += 1
        except urllib.error.HTTPError as error:
            self.looks[f"{path} {error.code}"] += 1
            if path != "/readyz":  # which says so while something is in the way
                self.findings.append(f"{path}: {error}")
        except OSError as error:
            self.findings.append(f"{path}: {error!r}")

    def _address(self) -> str:
        """Wait until the page is served, and return where, as the log tells it."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            found = re.search(r"(127\.0\.0\.1:\d+).*", self._line("web.listening"))
            if found:
                return found[1]
            time.sleep(0.1)
        raise RuntimeError(f"the daemon does not start: {self.log.read_text()[-2000:]}")

    def _line(self, event: str) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return next((line for line in lines if event in line), "")

    def _settle(self, operator: Operator, expected: set[str]) -> None:
        """Wait until all that arrived is done."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            items = operator.status()["report"]["items"]
            if items["finished"] + items["rejected"] >= len(expected) and not items["pending"]:
                return
            time.sleep(1.0)


def options_of(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Soak a daemon.")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--per-second", type=float, default=PER_SECOND, help="files that arrive")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder to work in, and to leave as it is")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Soak, print the table; the exit status says whether all goals are met."""
    options, table = options_of(arguments), Table()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="codeiod-soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        soak = Soak(folder.resolve(), options.seconds, options.per_second, options.seed)
        soak.run(table)
        judge_holding(table, soak.held, len(soak.arrivals.expected))
        if options.keep:
            held = [vars_of(one) for one in soak.held]
            (folder / "held.json").write_text(json.dumps(held))
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    table.print()
    return int(not table.ok)


def vars_of(held: Held) -> dict[str, float]:
    """Return what was held, by name."""
    return {name: getattr(held, name) for name in Held.__slots__}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
