"""Look at sources without taking anything in: how much there is, how large the prompts would be.

May import ``config``, ``sources``, ``stages``, ``reports`` and the prompts. Runs in a worker thread
of anyio; memory is bounded by the sample.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from anyio import from_thread

from codeiod.config import Settings
from codeiod.items import Entry
from codeiod.reports.estimate import Survey
from codeiod.sources.archives import Bounds
from codeiod.sources.containers import read_container
from codeiod.sources.files import read_file
from codeiod.sources.formats import is_container
from codeiod.sources.places import Found
from codeiod.sources.walk import walk
from codeiod.stages.unify import unify_prompt
from codeiod_prompts import Prompts

SEED = 0
"""Of the choice of files: the same sources are surveyed by the same ones."""


def survey(sources: Sequence[str], settings: Settings, most: int) -> Survey:
    """Read up to ``most`` entries, spread evenly over the sources, and measure their prompts.

    Files are listed and only the chosen ones read; rows of JSONL and Parquet are all read, for
    only so their number is known.
    """
    prompts = Prompts.load(settings.prompts.language)
    total, chosen = _choose(_all(sources, settings), most)
    sizes: list[int] = []
    refused: Counter[str] = Counter()
    for one in chosen:
        from_thread.check_cancelled()
        entry = one if isinstance(one, Entry) else read_file(one, settings.items.max_bytes)
        if entry.fault is None:
            sizes.append(len(unify_prompt(prompts, entry.content, entry.meta)))
        else:
            refused[str(entry.fault.reason)] += 1
    return Survey(total, len(chosen), sizes, dict(sorted(refused.items())))


def _choose(things: Iterator[Found | Entry], most: int) -> tuple[int, list[Found | Entry]]:
    """Count all and choose some, each with the same chance (a reservoir)."""
    draw = random.Random(SEED)
    chosen: list[Found | Entry] = []
    total = 0
    for thing in things:
        total += 1
        if len(chosen) < most:
            chosen.append(thing)
        elif (place := draw.randrange(total)) < most:
            chosen[place] = thing
    return total, chosen


def _all(sources: Sequence[str], settings: Settings) -> Iterator[Found | Entry]:
    """Yield the files that are one entry each, and the rows of the others."""
    for source in sources:
        for found in walk(source, Path(settings.output.dir)):
            from_thread.check_cancelled()
            if found is None:
                continue
            if isinstance(found, Entry) or not is_container(found.file):
                yield found
                continue
            for row in read_container(found, 0, settings.items, Bounds.of(settings.service)):
                from_thread.check_cancelled()
                if isinstance(row, Entry):
                    yield row
