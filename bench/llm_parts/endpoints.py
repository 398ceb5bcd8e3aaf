"""Two endpoints of which one dies and comes back. Imports anyio, the teacher and neighbours."""

from __future__ import annotations

from itertools import count

import anyio
from anyio import to_thread
from recorded_parts.table import Table

from codeiod.items import Answer
from codeiod.teachers.openai import OpenAITeacher
from llm_parts.asking import NoLedger, ask_of, settings_of
from llm_parts.load import Load
from llm_parts.serving import serving
from llm_parts.ways import Ways

IN_FLIGHT = 32
LATENCY_SECONDS = 0.25
DIES_AT, RETURNS_AT, ENDS_AT = 8, 28, 48
FOLLOWING_SECONDS = 5
ALIVE = Ways(latency_seconds=LATENCY_SECONDS)
DEAD = Ways(alive=False)


async def measure(table: Table) -> None:
    """Let one of two die for 20 s under load."""
    with serving(ALIVE) as steady, serving(ALIVE) as dying:
        settings = settings_of(
            steady.base_url, dying.base_url, max_in_flight=IN_FLIGHT, concurrency="fixed"
        )
        async with OpenAITeacher(settings) as teacher:
            load, lost = Load(), 0
            numbers = count()

            async def ask() -> None:
                nonlocal lost
                while anyio.current_time() < load.started + ENDS_AT:
                    answer = await teacher.answer(ask_of(next(numbers)), NoLedger())
                    if isinstance(answer, Answer):
                        load.note(answer)
                    else:
                        lost += 1

            async with anyio.create_task_group() as group:
                for _ in range(4 * IN_FLIGHT):
                    group.start_soon(ask)
                await anyio.sleep(DIES_AT)
                await to_thread.run_sync(dying.set, DEAD)
                await anyio.sleep(RETURNS_AT - DIES_AT)
                await to_thread.run_sync(dying.set, ALIVE)
        answered = steady.stats()["answered"] + dying.stats()["answered"]
    _judge(table, load, lost, answered - sum(load.answered.values()))


def _judge(table: Table, load: Load, lost: int, twice: int) -> None:
    table.equal("one of two endpoints dies for 20 s: requests lost", 0, lost)
    table.at_most("answered and asked again", IN_FLIGHT, twice)
    both = load.rate(2, DIES_AT)
    alone = load.rate(DIES_AT + FOLLOWING_SECONDS, RETURNS_AT) / both
    again = load.rate(RETURNS_AT + FOLLOWING_SECONDS, ENDS_AT) / both
    table.at_least("throughput meanwhile, of that with both", 0.45, alone)
    table.at_least("throughput 5 s after its return", 0.9, again)
