"""The live display of a run on a terminal, and plain log lines where there is none.

May import rich, ``report``, ``service.live`` and ``items``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import anyio
import structlog
from rich.console import Console, Group
from rich.live import Live as LiveDisplay
from rich.table import Table
from rich.text import Text

from codeiod.cli.report import duration
from codeiod.items import Task
from codeiod.service.live import Live

REFRESH_SECONDS = 0.5
LINE_SECONDS = 30.0
WINDOW_SECONDS = 60.0

log = structlog.get_logger()


@dataclass(slots=True)
class Rate:
    """How fast a count grows, over the last minute."""

    points: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, seconds: float, count: int) -> None:
        """Note the count at a time."""
        self.points.append((seconds, count))
        while self.points[0][0] < seconds - WINDOW_SECONDS:
            self.points.popleft()

    @property
    def per_minute(self) -> float:
        """How much it grows in a minute, 0 where that is not known yet."""
        (first, before), (last, after) = self.points[0], self.points[-1]
        return 60 * (after - before) / (last - first) if last > first else 0.0


@dataclass(slots=True)
class Rates:
    """The rates that a display shows."""

    answers: Rate = field(default_factory=Rate)
    items: Rate = field(default_factory=Rate)

    def add(self, live: Live) -> None:
        """Look at the run once more."""
        self.answers.add(live.seconds, live.state.calls.answered)
        self.items.add(live.seconds, live.done)

    def eta_seconds(self, live: Live) -> float | None:
        """Estimate the time left from the last minute, None where nothing is known."""
        if live.total_entries is None or not self.items.per_minute:
            return None
        new = max(0, live.total_entries - live.state.entries)
        return 60 * (new + len(live.state.pending)) / self.items.per_minute


async def show_progress(live: Live, console: Console) -> None:
    """Show the run until cancelled: a display on a terminal, else a line now and then."""
    if console.is_terminal:
        await _display(live, console)
    else:
        await _lines(live)


async def _display(live: Live, console: Console) -> None:
    rates = Rates()
    with LiveDisplay(console=console, auto_refresh=False, transient=True) as display:
        while True:
            rates.add(live)
            display.update(_picture(live, rates), refresh=True)
            await anyio.sleep(REFRESH_SECONDS)


async def _lines(live: Live) -> None:
    rates = Rates()
    while True:
        rates.add(live)
        await anyio.sleep(LINE_SECONDS)
        rates.add(live)
        funnel = live.funnel
        log.info(
            "run.progress",
            admitted=funnel.admitted,
            unified=funnel.unified,
            sampled=funnel.sampled,
            instances=sum(funnel.instances.values()),
            right_1=sum(funnel.right_1.values()),
            right_2=sum(funnel.right_2.values()),
            finished=live.state.finished,
            rejected=live.state.rejected.total(),
            in_flight=live.in_flight.count,
            spent=_spent(live).strip(),
            answers_per_minute=round(rates.answers.per_minute, 1),
            eta=duration(rates.eta_seconds(live)),
        )


def _picture(live: Live, rates: Rates) -> Group:
    state = live.state
    total = f" of {live.total_entries:,}" if live.total_entries else ""
    usage = state.calls.usage
    facts = Text.assemble(
        ("stopping: " + live.stopping + "  ", "bold yellow") if live.stopping else "",
        f"entries {state.entries:,}{total}   inside {live.inside:,}"
        f"   calls in flight {live.in_flight.count:,}"
        f"   answers/min {rates.answers.per_minute:,.0f}\n"
        f"tokens {usage.input:,} in ({usage.cached:,} cached), {usage.output:,} out{_spent(live)}"
        f"   running {duration(live.seconds)}   left {duration(rates.eta_seconds(live))}",
    )
    return Group(funnel_picture(live), facts)


def _spent(live: Live) -> str:
    """Tell what was paid so far, over all runs."""
    money = live.state.calls.money
    return "".join(f"   {amount:,.2f} {currency}" for currency, amount in sorted(money.items()))


def funnel_picture(live: Live) -> Group:
    """Draw how far this call's items have come."""
    funnel = live.funnel
    items = _table("admitted", "unified", "sampled", "finished", "rejected")
    items.add_row(
        "items",
        *_numbers(
            funnel.admitted, funnel.unified, funnel.sampled, funnel.finished, funnel.rejected
        ),
    )
    instances = _table("instances", "right at 1", "right at 2")
    for task in Task:
        counts = funnel.instances[task], funnel.right_1[task], funnel.right_2[task]
        instances.add_row(task.replace("_", " "), *_numbers(*counts))
    return Group(items, instances)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", min_width=len("output prediction"), style="bold")
    for name in columns:
        table.add_column(name, justify="right", min_width=10)
    return table


def _numbers(*counts: int) -> Iterator[str]:
    return (f"{count:,}" for count in counts)
