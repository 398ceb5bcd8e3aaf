"""What one execution in the sandbox costs, beside other ways to run the same trivial program.

    python bench/sandbox.py [--rounds 7] [--executions 300]

CPU time (user and system, of all processes involved, this one too) a call. Each round runs every
case, in short turns one after the other, so that what else the machine does hits all alike; the
table shows the medians of the rounds, and of the ratios within each. Exit status 1 where a ratio
misses what it must reach; the goal beside it is what we aim at.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean, median
from typing import Protocol

import anyio
from sandbox_parts.cases import Used, Zygotes, bubblewrap, reference
from sandbox_parts.processor import adopt_orphans, below

from codeiod_sandbox import Sandbox, SandboxLevel

TURNS = 6  # of each case in a round
TOGETHER = 10
REFERENCE_EVERY, BUBBLEWRAP_EVERY = 50, 15  # executions of ours for each of theirs

Round = Mapping[str, Used]


class Case(Protocol):
    """One way to run the program."""

    async def run(self, calls: int) -> Used: ...


@dataclass(frozen=True, slots=True)
class Goal:
    """One ratio: at least, or at most, what it must be; and what we aim at."""

    what: str
    must: float
    goal: float
    ratio: Callable[[Round], float]
    needs: tuple[str, ...]
    at_least: bool = True

    def is_met(self, measured: float) -> bool:
        return measured >= self.must if self.at_least else measured <= self.must


CASES = {
    "reference": "an interpreter each, with numpy and pympler, no isolation",
    "bubblewrap": "a bare interpreter each, in bubblewrap",
    "none": "a child of our zygote, no isolation",
    "full": "a child of our zygote, full isolation",
    "ten": f"the same, {TOGETHER} calls in each child",
}


def _times(dear: str, cheap: str) -> Callable[[Round], float]:
    return lambda used: used[dear].seconds / used[cheap].seconds


GOALS = (
    Goal("reference / full", 50, 60, _times("reference", "full"), ("reference",)),
    Goal("bubblewrap / full", 8, 10, _times("bubblewrap", "full"), ("bubblewrap",)),
    Goal("full / none", 1.25, 1.15, _times("full", "none"), (), at_least=False),
    Goal("full / ten", 7, 10, _times("full", "ten"), ()),
    Goal(
        "event loop's share of full",
        0.15,
        0.085,
        lambda used: used["full"].here / used["full"].seconds,
        (),
        at_least=False,
    ),
)


async def measure(rounds: int, executions: int) -> tuple[str, list[Round]]:
    """Return how the full sandbox describes itself, and what each round took."""
    async with Sandbox(workers=1) as full:
        of_full = below(os.getpid())
        async with Sandbox(workers=1, at_most=SandboxLevel.NONE) as none:
            turn = max(executions // TURNS, 1)
            cases: dict[str, tuple[Case, int]] = {
                "reference": (reference(), max(turn // REFERENCE_EVERY, 1)),
                "none": (Zygotes(none, below(os.getpid()) - of_full), turn),
                "full": (Zygotes(full, of_full), turn),
                "ten": (Zygotes(full, of_full, TOGETHER), turn * TOGETHER),
            }
            if (wrapped := bubblewrap()) is not None:
                cases["bubblewrap"] = (wrapped, max(turn // BUBBLEWRAP_EVERY, 1))
            for case, _ in cases.values():
                await case.run(TOGETHER)
            return full.describe(), [await _round(cases, number) for number in range(rounds)]


async def _round(cases: Mapping[str, tuple[Case, int]], number: int) -> Round:
    turns: dict[str, list[Used]] = {name: [] for name in cases}
    for _ in range(TURNS):
        for name, (case, calls) in cases.items():
            turns[name].append(await case.run(calls))
    print(f"round {number + 1} is done", file=sys.stderr, flush=True)
    return {
        name: Used(fmean(used.seconds for used in all_used), fmean(used.here for used in all_used))
        for name, all_used in turns.items()
    }


def show(rounds: list[Round]) -> bool:
    """Print both tables; tell whether all ratios are what they must be."""
    print(f"{'CPU a call':<72} {'ms':>8} {'least':>8} {'most':>8}")
    for name, what in CASES.items():
        if name not in rounds[0]:
            print(f"{name:<11} {what:<60} not installed: left out")
            continue
        taken = [used[name].seconds * 1000 for used in rounds]
        print(f"{name:<11} {what:<60} {median(taken):>8.3f} {min(taken):>8.3f} {max(taken):>8.3f}")
    print(f"\n{'ratio':<28} {'must':>9} {'goal':>9} {'median':>8} {'least':>8} {'most':>8}")
    missed = sum(not _show_goal(goal, rounds) for goal in GOALS)
    return missed == 0


def _show_goal(goal: Goal, rounds: list[Round]) -> bool:
    if any(name not in rounds[0] for name in goal.needs):
        return True
    ratios = [goal.ratio(used) for used in rounds]
    sign = ">=" if goal.at_least else "<="
    must, aim = f"{sign} {goal.must:g}", f"{sign} {goal.goal:g}"
    row = f"{goal.what:<28} {must:>9} {aim:>9}"
    row += f" {median(ratios):>8.3f} {min(ratios):>8.3f} {max(ratios):>8.3f}"
    met = goal.is_met(median(ratios))
    print(row + ("" if met else "  MISSED"))
    return met


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--executions", type=int, default=300, help="of our cases, each round")
    asked = parser.parse_args()
    adopt_orphans()
    described, rounds = anyio.run(measure, asked.rounds, asked.executions)
    print(f"{described}; medians of {len(rounds)} rounds\n")
    return 0 if show(rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
