"""Make calls with the client of distilabel, in batches of the concurrency.

python distilabel_calls.py BASE_URL CALLS CONCURRENCY
"""

import json
import os
import resource
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"

from distilabel.models import OpenAILLM

LINE = (
    "A line of the problem, its requirements, or the reference code, as all instances share it.\n"
)
PROMPT = LINE * 65


def cpu_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def ask(llm, numbers, concurrency):
    for start in range(0, len(numbers), concurrency):
        batch = numbers[start : start + concurrency]
        inputs = [[{"role": "user", "content": f"{PROMPT}{number}"}] for number in batch]
        answers = llm.generate_outputs(inputs=inputs)
        assert all(answer["generations"][0] for answer in answers)


base_url, calls, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
llm = OpenAILLM(model="bench", base_url=base_url, api_key="none")
llm.load()
ask(llm, range(calls, calls + max(1, calls // 5)), concurrency)
cpu, wall = cpu_seconds(), time.perf_counter()
ask(llm, range(calls), concurrency)
print(
    json.dumps(
        {
            "calls": calls,
            "cpu_seconds": cpu_seconds() - cpu,
            "wall_seconds": time.perf_counter() - wall,
        }
    )
)
