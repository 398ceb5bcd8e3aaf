"""The YAML at the head of a dataset card: what a loader needs to know of the files.

May import ``rows``, ``shards`` and ``counting``. Written by hand: texts are written as JSON, which
is YAML too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from codeiod.dataset.exports.rows import Columns
from codeiod.dataset.exports.shards import Shard

TYPES = {str: "string", int: "int64", float: "float64"}
SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
MOST = "10M<n<100M"


def front_matter(
    name: str, licence: str, configs: Mapping[str, Columns], shards: Sequence[Shard]
) -> str:
    """Write the head of a card, with its fences.

    :param shards: all files; a config without any is left out, for a loader would miss them.
    """
    there = [config for config in configs if any(shard.config == config for shard in shards)]
    lines = [
        "---",
        f"pretty_name: {json.dumps(name)}",
        f"license: {json.dumps(licence)}",
        "task_categories:",
        "- text-generation",
        "tags:",
        "- code",
        "- reasoning",
        "- synthetic",
        "size_categories:",
        f"- {size_category(sum(shard.rows for shard in shards))}",
    ]
    if there:
        lines.append("configs:")
        for place, config in enumerate(there):
            lines += _files(config, _of(config, shards), first=place == 0)
        lines.append("dataset_info:")
        for config in there:
            lines += _info(config, configs[config], _of(config, shards))
    return "\n".join([*lines, "---", ""])


def size_category(rows: int) -> str:
    """Name how many rows there are, as cards do."""
    return next((name for below, name in SIZES if rows < below), MOST)


def _of(config: str, shards: Sequence[Shard]) -> dict[str, list[Shard]]:
    """Return the files of a config by split, in the order train, test."""
    found: dict[str, list[Shard]] = {}
    for shard in sorted(shards, key=lambda shard: shard.split, reverse=True):
        if shard.config == config:
            found.setdefault(shard.split, []).append(shard)
    return found


def _files(config: str, splits: Mapping[str, list[Shard]], *, first: bool) -> Iterator[str]:
    yield f"- config_name: {config}"
    if first:
        yield "  default: true"
    yield "  data_files:"
    for split, files in splits.items():
        suffix = files[0].path.rpartition(".")[2]
        yield f"  - split: {split}"
        yield f"    path: {config}/{split}-*.{suffix}"


def _info(config: str, columns: Columns, splits: Mapping[str, list[Shard]]) -> Iterator[str]:
    yield f"- config_name: {config}"
    yield "  features:"
    for name, kind in columns.items():
        yield from _feature(name, kind, "  ")
    yield "  splits:"
    for split, files in splits.items():
        yield f"  - name: {split}"
        yield f"    num_bytes: {sum(file.raw_bytes for file in files)}"
        yield f"    num_examples: {sum(file.rows for file in files)}"
    every = [file for files in splits.values() for file in files]
    yield f"  download_size: {sum(file.bytes for file in every)}"
    yield f"  dataset_size: {sum(file.raw_bytes for file in every)}"


def _feature(name: str, kind: Any, indent: str) -> Iterator[str]:
    yield f"{indent}- name: {json.dumps(name)}"  # true is the name of one
    parts = kind[0] if isinstance(kind, list) else kind
    if not isinstance(parts, Mapping):
        yield f"{indent}  dtype: {TYPES[parts]}"
        return
    yield f"{indent}  {'list' if isinstance(kind, list) else 'struct'}:"
    for part, inner in parts.items():
        yield from _feature(part, inner, f"{indent}  ")
