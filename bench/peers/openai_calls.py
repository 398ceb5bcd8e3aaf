"""Make calls with the plain client of the openai package, a semaphore around it.

python openai_calls.py BASE_URL CALLS CONCURRENCY
"""

import asyncio
import json
import resource
import sys
import time

from openai import AsyncOpenAI

LINE = (
    "A line of the problem, its requirements, or the reference code, as all instances share it.\n"
)
PROMPT = LINE * 65


def cpu_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


async def main(base_url, calls, concurrency):
    client = AsyncOpenAI(base_url=base_url, api_key="none", max_retries=2)
    places = asyncio.Semaphore(concurrency)

    async def ask(number):
        async with places:
            messages = [{"role": "user", "content": f"{PROMPT}{number}"}]
            answer = await client.chat.completions.create(model="bench", messages=messages)
            assert answer.choices[0].message.content

    await asyncio.gather(*map(ask, range(calls, calls + calls // 5)))
    cpu, wall = cpu_seconds(), time.perf_counter()
    await asyncio.gather(*map(ask, range(calls)))
    print(
        json.dumps(
            {
                "calls": calls,
                "cpu_seconds": cpu_seconds() - cpu,
                "wall_seconds": time.perf_counter() - wall,
            }
        )
    )


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
