"""How much of each prompt repeats the one sent before it for the same program.

Imports the standard library and neighbours. Order is that of the journal's intents: as it was sent.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from itertools import pairwise, takewhile
from pathlib import Path

from recorded_parts.table import Table
from recorded_parts.teacher import teaching

from llm_parts.daemon import command_of, lines_of, run

LATENCY_SECONDS = 0.2
SIDES = {"output_prediction": "out", "input_prediction": "in"}


def measure(table: Table, recorded: Path) -> None:
    """Run the recorded items, and look at the prompts in the order of their leaving."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        out = Path(name) / "out"
        with teaching(recorded, latency=LATENCY_SECONDS) as teacher:
            run(command_of(recorded / "items.jsonl", out, teacher.base_url, max_in_flight=64))
        sent, repeated = _share(out)
    told = f"{sent / 1e6:.1f} MB sent"
    table.at_least("prompt bytes that repeat the preceding prefix", 0.75, repeated / sent, told)


def _share(out: Path) -> tuple[int, int]:
    prompts = {
        (line["item_id"], f"{SIDES[line['task']]}/{line['pair']}/{line['sample']}/1"): line[
            "prompt"
        ]
        for line in lines_of(out, "samples")
    }
    sent: dict[str, list[str]] = defaultdict(list)
    for item, key in _intents(out):
        if (item, key) in prompts:
            sent[item].append(prompts[item, key])
    total = sum(len(prompt.encode()) for of_item in sent.values() for prompt in of_item)
    repeated = sum(
        _same_start(before.encode(), after.encode())
        for of_item in sent.values()
        for before, after in pairwise(of_item)
    )
    return total, repeated


def _same_start(before: bytes, after: bytes) -> int:
    return sum(1 for _ in takewhile(lambda two: two[0] == two[1], zip(before, after, strict=False)))


def _intents(out: Path) -> list[tuple[str, str]]:
    found = []
    for segment in sorted((out / "journal").glob("*.jsonl")):
        with segment.open() as lines:
            for line in lines:
                record = json.loads(line)
                if record.get("kind") == "intent":
                    found.append((record["item"], record["key"]))
    return found
