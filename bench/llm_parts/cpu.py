"""CPU time of a call: the product's teacher beside a bare loop and beside its peers.

Imports the standard library and neighbours. Every way is a process of its own; ways take turns, and
what counts is the median of the rounds.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from recorded_parts.table import Table

from llm_parts.serving import serving
from llm_parts.ways import Ways

CONCURRENCY = 64
LONGEST_SECONDS = 600.0
OURS = ("raw", "teacher", "journal")
PEERS = ("openai", "curator", "distilabel")
PEERS_SHARE = 20
"""Peers get so many times fewer calls: they take so much longer."""
_CHILD = Path(__file__).with_name("cpu_child.py")
_PEERS = Path(__file__).parents[1] / "peers"


@dataclass(frozen=True, slots=True)
class Cost:
    """What calls took."""

    calls: int
    cpu_seconds: float
    wall_seconds: float

    @property
    def cpu_ms(self) -> float:
        return self.cpu_seconds / self.calls * 1000

    @property
    def calls_per_second(self) -> float:
        return self.calls / self.wall_seconds


def measure(table: Table, calls: int, rounds: int, environments: Path) -> None:
    """Measure all ways that are installed, and judge the product's."""
    peers = [peer for peer in PEERS if _python_of(environments, peer).exists()]
    with serving(Ways()) as served:
        costs: dict[str, list[Cost]] = {way: [] for way in (*OURS, *peers)}
        for _ in range(rounds):
            for way in OURS:
                command = [sys.executable, str(_CHILD), way, served.base_url]
                costs[way].append(_cost(command, calls))
            for peer in peers:
                python, program = _python_of(environments, peer), _PEERS / f"{peer}_calls.py"
                command = [str(python), str(program), served.base_url]
                costs[peer].append(_cost(command, calls // PEERS_SHARE))
    _print(costs)
    _judge(table, costs)


def _python_of(environments: Path, peer: str) -> Path:
    return environments / peer / "bin" / "python"


def _cost(command: list[str], calls: int) -> Cost:
    done = subprocess.run(
        [*command, str(calls), str(CONCURRENCY)],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr[-2000:]}")
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _print(costs: dict[str, list[Cost]]) -> None:
    print(f"  {'way':<12}{'CPU ms a call':>15}{'calls/s':>12}{'of raw':>8}   median of rounds")
    raw = _median_cpu(costs["raw"])
    for way, rounds in costs.items():
        rate = statistics.median(cost.calls_per_second for cost in rounds)
        cpu = _median_cpu(rounds)
        print(f"  {way:<12}{cpu:>15.3f}{rate:>12,.0f}{cpu / raw:>8.2f}", flush=True)


def _judge(table: Table, costs: dict[str, list[Cost]]) -> None:
    table.at_most(
        "CPU per call, of a raw aiohttp loop's: journal off", 1.5, _ratio(costs, "teacher")
    )
    table.at_most("the same, journal on", 2.5, _ratio(costs, "journal"))
    rates = [
        ours.calls_per_second / raw.calls_per_second
        for ours, raw in zip(costs["teacher"], costs["raw"], strict=True)
    ]
    table.at_least("calls a second, of a raw aiohttp loop's", 0.65, statistics.median(rates))
    if "curator" in costs:
        times = _median_cpu(costs["curator"]) / _median_cpu(costs["teacher"])
        table.at_least("calls per CPU second, of curator's", 5, times)


def _ratio(costs: dict[str, list[Cost]], way: str) -> float:
    """Return the median over rounds, in which both are near each other in time."""
    pairs = zip(costs[way], costs["raw"], strict=True)
    return statistics.median(ours.cpu_ms / raw.cpu_ms for ours, raw in pairs)


def _median_cpu(rounds: list[Cost]) -> float:
    return statistics.median(cost.cpu_ms for cost in rounds)
