"""Whether adaptive concurrency finds the knee of a server that queues instead of refusing.

Imports anyio, the product's teacher and neighbours.
"""

from __future__ import annotations

import statistics

import anyio
from recorded_parts.table import Table

from codeiod.teachers.openai import OpenAITeacher
from llm_parts.asking import PROMPT_CHARACTERS, NoLedger, ask_of, settings_of
from llm_parts.load import loading
from llm_parts.serving import serving
from llm_parts.ways import Ways

CAPACITY = 32
SECONDS_PER_TOKEN = 0.0004
"""Up to 0.6 s on top, by an answer's length: real answers are never of one length."""
LATENCY_SECONDS = 0.4
ASKERS = 400
SETTLING_SECONDS = 30
MEASURED_SECONDS = 20
FIXED = (24, 32, 40, 64)
UNLOADED_CALLS = 40


async def measure(table: Table) -> None:
    """Compare with the best fixed concurrency, and with the latency of an empty server."""
    best = max([await _goodput(fixed) for fixed in FIXED])
    goodput, latency = await _adaptive()
    unloaded = await _unloaded()
    table.at_least("a server that queues: goodput of the best fixed", 0.95, goodput / best)
    table.at_most("its mean latency, of an empty server's", 1.5, latency / unloaded)


def _ways() -> Ways:
    return Ways(
        script="varied",
        capacity=CAPACITY,
        latency_seconds=LATENCY_SECONDS,
        seconds_per_token=SECONDS_PER_TOKEN,
    )


async def _goodput(concurrency: int) -> float:
    with serving(_ways()) as served:
        settings = settings_of(served.base_url, concurrency="fixed", max_in_flight=concurrency)
        teacher = OpenAITeacher(settings)
        async with teacher as asked, loading(asked, ASKERS, lambda _: PROMPT_CHARACTERS) as load:
            await anyio.sleep(5 + MEASURED_SECONDS)
            goodput = load.rate(5, 5 + MEASURED_SECONDS)
    print(f"       fixed {concurrency}: {goodput:.1f} answers/s", flush=True)
    return goodput


async def _adaptive() -> tuple[float, float]:
    """Return the goodput once it has settled, and the mean time of a call from then on."""
    with serving(_ways()) as served:
        settings = settings_of(served.base_url, start_in_flight=4, max_in_flight=256)
        teacher = OpenAITeacher(settings)
        async with teacher as asked, loading(asked, ASKERS, lambda _: PROMPT_CHARACTERS) as load:
            await anyio.sleep(SETTLING_SECONDS)
            in_flight = []
            for _ in range(MEASURED_SECONDS * 10):
                await anyio.sleep(0.1)
                in_flight.append(asked.in_flight)
            goodput = load.rate(SETTLING_SECONDS, SETTLING_SECONDS + MEASURED_SECONDS)
    mean = statistics.mean(in_flight)
    print(f"       adaptive: {goodput:.1f} answers/s with {mean:.1f} in flight", flush=True)
    return goodput, mean / goodput  # Little's law


async def _unloaded() -> float:
    """Return the mean time of a call to an empty server."""
    with serving(_ways()) as served:
        async with OpenAITeacher(settings_of(served.base_url)) as asked:
            started = anyio.current_time()
            for number in range(UNLOADED_CALLS):
                await asked.answer(ask_of(number), NoLedger())
            return (anyio.current_time() - started) / UNLOADED_CALLS
