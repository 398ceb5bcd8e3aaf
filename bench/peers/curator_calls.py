"""Make calls with bespokelabs-curator, its own limits out of the way.

    python curator_calls.py BASE_URL CALLS CONCURRENCY

Its tokenizer would be downloaded at the first use; here one that only counts characters stands in,
which costs it less than the real one.
"""

import contextlib
import json
import os
import resource
import sys
import tempfile
import time

os.environ |= {"CURATOR_DISABLE_CACHE": "1", "TELEMETRY_ENABLED": "0", "CURATOR_VIEWER": "0"}
os.environ |= {"OPENAI_API_KEY": "none", "HF_HUB_OFFLINE": "1", "CURATOR_DISABLE_RICH_DISPLAY": "1"}
os.environ["CURATOR_CACHE_DIR"] = tempfile.mkdtemp()

import tiktoken


class Characters:
    """A tokenizer without a vocabulary."""

    def encode(self, text, **_):
        return [0] * (len(text) // 4)


tiktoken.get_encoding = tiktoken.encoding_for_model = lambda _: Characters()

from bespokelabs import curator  # noqa: E402 -- it reads what is set above when it is imported

LINE = (
    "A line of the problem, its requirements, or the reference code, as all instances share it.\n"
)
PROMPT = LINE * 65


def cpu_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def ask(base_url, numbers, concurrency):
    asker = curator.LLM(
        model_name="bench",
        backend="openai",
        backend_params={
            "base_url": base_url,
            "max_concurrent_requests": concurrency,
            "max_requests_per_minute": 10_000_000,
            "max_tokens_per_minute": 10_000_000_000,
            "max_retries": 2,
        },
    )
    with contextlib.redirect_stdout(sys.stderr):
        answers = asker([f"{PROMPT}{number}" for number in numbers])
    assert len(getattr(answers, "dataset", answers)) == len(numbers)


base_url, calls, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
ask(base_url, range(calls, calls + max(1, calls // 5)), concurrency)
cpu, wall = cpu_seconds(), time.perf_counter()
ask(base_url, range(calls), concurrency)
print(
    json.dumps(
        {
            "calls": calls,
            "cpu_seconds": cpu_seconds() - cpu,
            "wall_seconds": time.perf_counter() - wall,
        }
    )
)
