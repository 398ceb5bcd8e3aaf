"""The lines of a finished run, read without the product's code.

Imports the standard library only. The tables of keys are the contract's, written down a second
time on purpose.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Line = dict[str, Any]

STREAMS = {"samples": "dataset/samples", "programs": "dataset/programs", "rejects": "rejects"}
TEXTS = {
    "samples": "prompt turn_1 feedback_1 turn_2 feedback_2 id item_id program_id task status_1"
    " status_2 answer_1 answer_2 reasoning_1 reasoning_2 teacher model_1 model_2 recipe"
    " finished_at",
    "programs": "problem_description io_requirements refcode funcname ios source category meta id"
    " item_id path input_generator seeds sandbox",
    "rejects": "item_id source path stage reason detail task",
}
OTHERS: dict[str, dict[str, type]] = {
    "samples": {
        "pair": int,
        "sample": int,
        "usage": dict,
        "cost": float,
        "trace_agreement": dict,
        "pass_rate": float,
    },
    "programs": {},
    "rejects": {"epoch": int, "pair": int, "sample": int},
}
REASONS = (
    "unreadable not_utf8 empty binary oversized malformed_line unparsable context_length"
    " content_filter truncated teacher_failed load_error error timeout too_big too_deep not_json"
    " nondeterministic trivial too_few_pairs no_samples changed fault"
)


@dataclass(frozen=True, slots=True)
class Dataset:
    """All lines of one output directory."""

    samples: list[Line]
    programs: list[Line]
    rejects: list[Line]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all instances."""
        return frozenset(sample["id"] for sample in self.samples)

    @property
    def whole_rejects(self) -> list[Line]:
        """The rejects that are of an item, not of one of its samples."""
        return [line for line in self.rejects if not line["task"]]

    def of(self, item_ids: Container[str]) -> Dataset:
        """Return the lines of some items."""

        def kept(lines: list[Line]) -> list[Line]:
            return [line for line in lines if line["item_id"] in item_ids]

        return Dataset(kept(self.samples), kept(self.programs), kept(self.rejects))


def read(directory: Path) -> Dataset:
    """Read all parts of a dataset."""
    return Dataset(**{stream: list(_lines(directory / STREAMS[stream])) for stream in STREAMS})


def wrong_forms(dataset: Dataset) -> Iterator[str]:
    """Name every line whose keys or types are not the contract's, or that holds a null."""
    for stream in STREAMS:
        kinds = dict.fromkeys(TEXTS[stream].split(), str) | OTHERS[stream]
        for number, line in enumerate(getattr(dataset, stream), 1):
            if line.keys() != kinds.keys():
                yield f"{stream}:{number}: keys {sorted(line.keys() ^ kinds.keys())}"
                continue
            for key, kind in kinds.items():
                if type(line[key]) is not kind:
                    yield f"{stream}:{number}: {key} is {type(line[key]).__name__}"
    for number, sample in enumerate(dataset.samples, 1):
        usage = sample["usage"]
        if {key: type(n) for key, n in usage.items()} != dict.fromkeys(
            ("input", "cached", "output", "estimated"), int
        ):
            yield f"samples:{number}: usage {usage}"
    for number, reject in enumerate(dataset.rejects, 1):
        if reject["reason"] not in REASONS.split():
            yield f"rejects:{number}: reason {reject['reason']}"


def repeated(dataset: Dataset) -> Iterator[str]:
    """Name what stands twice: an instance, a program, an item, a known side within its task."""
    seen: set[tuple[str, ...]] = set()
    pairs = {one["item_id"]: json.loads(one["ios"]) for one in dataset.programs}
    names: list[tuple[str, ...]] = [("instance", one["id"]) for one in dataset.samples]
    names += [("program", one["id"]) for one in dataset.programs]
    names += [("item", one["item_id"]) for one in dataset.programs]
    names += [("item", one["item_id"]) for one in dataset.whole_rejects]
    for one in dataset.samples:
        side = "input" if one["task"] == "output_prediction" else "output"
        known = json.dumps(pairs[one["item_id"]][one["pair"]][side], sort_keys=True)
        names.append(("known side", one["item_id"], one["task"], str(one["sample"]), known))
    for name in names:
        if name in seen:
            yield f"twice: {' '.join(name)}"
        seen.add(name)


def broken_equations(dataset: Dataset, report: Line) -> Iterator[str]:
    """Name every figure of the report that is not what the lines say."""
    items = report["items"]
    finished, rejected = len(dataset.programs), len(dataset.whole_rejects)
    equations = {
        "entries = items + duplicates": (
            report["entries"],
            sum(items.values()) + report["duplicates"],
        ),
        "finished = programs": (items["finished"], finished),
        "rejected = rejects": (items["rejected"], rejected),
        "pending": (items["pending"], 0),
        "rejected by reason": (sum(report["rejected"].values()), rejected),
        "rejected samples": (
            sum(report["rejected_samples"].values()),
            len(dataset.rejects) - rejected,
        ),
    }
    for task, counts in report["samples"].items():
        of_task = [one for one in dataset.samples if one["task"] == task]
        equations[f"{task} total"] = (counts["total"], len(of_task))
        for turn in ("1", "2"):
            right = sum(one[f"status_{turn}"] == "success" for one in of_task)
            equations[f"{task} right_{turn}"] = (counts[f"right_{turn}"], right)
    for name, (told, found) in equations.items():
        if told != found:
            yield f"{name}: {told} and {found}"


def _lines(folder: Path) -> Iterator[Line]:
    for part in sorted(folder.glob("part-*.jsonl")):
        with part.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)
