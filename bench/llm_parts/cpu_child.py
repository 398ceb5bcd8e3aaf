"""Make calls in one of the ways that ``cpu`` compares, and print what they cost.

    python bench/llm_parts/cpu_child.py WAY BASE_URL CALLS CONCURRENCY

Ways: ``raw`` (a bare aiohttp loop that sends the same bytes), ``teacher`` (the product's, without a
journal), ``journal`` (with one). The same calls go before as a warm-up, a fifth as many.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import aiohttp
import anyio

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from codeiod.items import Answer, Origin, item_id_of
from codeiod.journal import Journal, Steps
from codeiod.journal.records import Admit
from codeiod.llm import ChatRequest, Client
from codeiod.teachers.openai import OpenAITeacher
from llm_parts.asking import NoLedger, ask_of, settings_of

Ask = Callable[[int], Awaitable[None]]
WARM_UP_SHARE = 5
CALLS_PER_ITEM = 6


async def repeat(ask: Ask, numbers: range, concurrency: int) -> None:
    """Ask for each number, so many at once; no task is made for a call."""
    waiting: Iterator[int] = iter(numbers)

    async def work() -> None:
        for number in waiting:
            await ask(number)

    async with anyio.create_task_group() as group:
        for _ in range(concurrency):
            group.start_soon(work)


async def measured(ask: Ask, calls: int, concurrency: int) -> None:
    """Warm up, make the calls, and print what they took."""
    await repeat(ask, range(calls, calls + calls // WARM_UP_SHARE), concurrency)
    cpu, wall = time.process_time(), time.perf_counter()
    await repeat(ask, range(calls), concurrency)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(json.dumps({"calls": calls, "cpu_seconds": cpu, "wall_seconds": wall}))


async def raw(base_url: str, calls: int, concurrency: int) -> None:
    """Send what the client would send, and read what comes."""
    (endpoint,) = settings_of(base_url).endpoint
    client = Client(endpoint)
    bodies = {}
    for number in range(calls + calls // WARM_UP_SHARE):
        ask = ask_of(number)
        bodies[number] = client._encode(ChatRequest(ask.messages))
    await client.close()
    headers = {"Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def ask_raw(number: int) -> None:
            url = f"{base_url}/chat/completions"
            async with session.post(url, data=bodies[number]) as answer:
                await answer.read()

        await measured(ask_raw, calls, concurrency)


def teacher_of(base_url: str, concurrency: int) -> OpenAITeacher:
    """Open the product's teacher with all its parts at work: paces that are never reached."""
    return OpenAITeacher(
        settings_of(
            base_url,
            concurrency="fixed",  # as the bare loop has it; a server without latency has no knee
            max_in_flight=concurrency,
            requests_per_minute=10_000_000,
            tokens_per_minute=10_000_000_000,
        )
    )


async def teacher(base_url: str, calls: int, concurrency: int) -> None:
    """Ask through the product's teacher, with a ledger that keeps nothing."""
    async with teacher_of(base_url, concurrency) as asked:

        async def ask(number: int) -> None:
            answer = await asked.answer(ask_of(number), NoLedger())
            assert isinstance(answer, Answer)

        await measured(ask, calls, concurrency)


async def journalled(base_url: str, calls: int, concurrency: int) -> None:
    """The same with each answer in the journal, durable before it is used."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        async with Journal.open(Path(folder) / "out") as journal:
            for number in range((calls + calls // WARM_UP_SHARE) // CALLS_PER_ITEM + 1):
                item, origin = _item_id(number), Origin("bench", str(number))
                journal.append(Admit(item, "recipe", origin, {}, "content", ""))
            async with teacher_of(base_url, concurrency) as asked:

                async def ask(number: int) -> None:
                    steps = Steps(journal, _item_id(number // CALLS_PER_ITEM), 0)
                    made = partial(asked.answer, ask_of(number))
                    await steps.pay(f"out/{number}/0/1", made, of=str(number))

                await measured(ask, calls, concurrency)


def _item_id(number: int) -> str:
    return item_id_of(str(number).encode())


WAYS = {"raw": raw, "teacher": teacher, "journal": journalled}

if __name__ == "__main__":
    way, url, calls, concurrency = sys.argv[1:]
    anyio.run(WAYS[way], url, int(calls), int(concurrency))
