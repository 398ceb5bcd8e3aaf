"""How much of a provider's rate is reached, and how many requests it refuses.

Imports anyio, the product's teacher and neighbours.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

import anyio
from anyio import to_thread
from recorded_parts.table import Table

from codeiod.teachers.openai import OpenAITeacher
from llm_parts.asking import PROMPT_CHARACTERS, settings_of
from llm_parts.load import Load, loading
from llm_parts.serving import Serving, serving
from llm_parts.ways import Ways

ASKERS = 400
REQUESTS_PER_MINUTE = 3000
TOKENS_PER_MINUTE = 1_800_000
LATENCY_SECONDS = 0.5
SETTLING_SECONDS = 5
MEASURED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Change:
    """How long the teacher has after a change of the limit, and what it must reach."""

    announced: bool
    settling_seconds: int
    reached: float
    refused: float


ANNOUNCED = Change(announced=True, settling_seconds=10, reached=0.95, refused=0.02)
SILENT = Change(announced=False, settling_seconds=30, reached=0.90, refused=0.02)
CHANGE_MEASURED_SECONDS = 20


async def measure(table: Table) -> None:
    """Measure limits that are known, and limits that change."""
    await _requests(table)
    await _tokens(table)
    await _change(table, ANNOUNCED)
    await _change(table, SILENT)


async def _requests(table: Table) -> None:
    ways = Ways(requests_per_minute=REQUESTS_PER_MINUTE, latency_seconds=LATENCY_SECONDS)
    with serving(ways) as served:
        limits = {"requests_per_minute": REQUESTS_PER_MINUTE}
        load, refused = await _minute(served, limits, even=True)
    reached = load.rate(SETTLING_SECONDS, SETTLING_SECONDS + MEASURED_SECONDS)
    table.at_least("of 3,000 requests a minute, reached", 0.98, reached * 60 / REQUESTS_PER_MINUTE)
    table.at_most("refused by 429 meanwhile", 0.005, refused)


async def _tokens(table: Table) -> None:
    ways = Ways(
        script="varied", tokens_per_minute=TOKENS_PER_MINUTE, latency_seconds=LATENCY_SECONDS
    )
    with serving(ways) as served:
        limits = {"tokens_per_minute": TOKENS_PER_MINUTE}
        load, refused = await _minute(served, limits, even=False)
    reached = load.token_rate(SETTLING_SECONDS, SETTLING_SECONDS + MEASURED_SECONDS)
    table.at_least("of 1.8 M tokens a minute, reached", 0.97, reached * 60 / TOKENS_PER_MINUTE)
    table.at_most("refused by 429 meanwhile", 0.01, refused)


async def _minute(
    served: Serving, limits: Mapping[str, float], *, even: bool
) -> tuple[Load, float]:
    """Load for a minute; the share of refused requests counts from the very first."""
    draw = random.Random(1)
    async with OpenAITeacher(settings_of(served.base_url, max_in_flight=ASKERS, **limits)) as asked:

        def characters(_: int) -> int:
            return PROMPT_CHARACTERS if even else draw.randrange(400, 12_000)

        async with loading(asked, ASKERS, characters) as load:
            await anyio.sleep(SETTLING_SECONDS + MEASURED_SECONDS)
    stats = await to_thread.run_sync(served.stats)
    return load, stats["refused"] / stats["asked"]


async def _change(table: Table, change: Change) -> None:
    """Cut the limit by half in the middle of a run, and raise it again; nothing is set."""
    how = "announced" if change.announced else "known by 429 alone"
    with serving(_ways(change, 1.0)) as served:
        teacher = OpenAITeacher(settings_of(served.base_url, max_in_flight=ASKERS))
        async with teacher as asked, loading(asked, ASKERS, lambda _: PROMPT_CHARACTERS) as load:
            await anyio.sleep(change.settling_seconds)
            for share, what in ((0.5, "cut by half"), (1.0, "raised again")):
                await to_thread.run_sync(served.set, _ways(change, share))
                reached, refused = await _after(served, load, change)
                goal = REQUESTS_PER_MINUTE * share
                name = f"limit {what}, {how}: reached after {change.settling_seconds} s"
                table.at_least(name, change.reached, reached * 60 / goal)
                table.at_most("refused by 429 meanwhile", change.refused, refused)


def _ways(change: Change, share: float) -> Ways:
    return Ways(
        requests_per_minute=REQUESTS_PER_MINUTE * share,
        latency_seconds=LATENCY_SECONDS,
        announce=change.announced,
    )


async def _after(served: Serving, load: Load, change: Change) -> tuple[float, float]:
    """Return the rate once the teacher had its time, and the share refused since the change."""
    before = await to_thread.run_sync(served.stats)
    since = int(anyio.current_time() - load.started)
    first = since + change.settling_seconds
    await anyio.sleep(change.settling_seconds + CHANGE_MEASURED_SECONDS + 1)
    after = await to_thread.run_sync(served.stats)
    refused = (after["refused"] - before["refused"]) / (after["asked"] - before["asked"])
    return load.rate(first, first + CHANGE_MEASURED_SECONDS), refused
