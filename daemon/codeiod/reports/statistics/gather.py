"""Gather the statistics of a directory, in use or not, in one pass over its lines.

May import items, ``dataset``, ``journal``, ``reports`` and its neighbours. Memory hangs on the
programs (some 24 bytes each), not on the samples.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from codeiod.dataset.exports.cases import language
from codeiod.dataset.exports.committed import Committed, committed
from codeiod.dataset.exports.programs import ProgramLine, Programs
from codeiod.journal.records import Stream
from codeiod.reports.samples import lines
from codeiod.reports.statistics.counts import PARTS, TEXTS, Counted, Outcome, Source, count
from codeiod.reports.statistics.lengths import Lengths
from codeiod.reports.statistics.values import kind_of, kinds_of_arguments
from codeiod.reports.status import Report, report_of

FORMAT = 1
LanguageOf = Callable[[str], str]
"""Guesses the language of a file from its name."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """The statistics of a run at one moment."""

    directory: str
    report: Report
    counted: Counted

    def to_json(self) -> bytes:
        """Write all of it as indented JSON with a newline; spreads in place of counted lengths."""
        found = {"format": FORMAT, "directory": self.directory, "report": self.report}
        return orjson.dumps(
            found | _plain(self.counted),
            default=_plain,
            option=orjson.OPT_INDENT_2
            | orjson.OPT_APPEND_NEWLINE
            | orjson.OPT_PASSTHROUGH_DATACLASS,
        )


def gather(directory: Path, language_of: LanguageOf) -> Statistics:
    """Count all that is committed.

    :param language_of: guesses the language of a file from its name.
    :raises DirectoryError: damaged, newer, or not ours.
    """
    counted = Counted()
    with committed(directory) as found:
        programs = _count_programs(found, counted, language_of)
        _count_samples(found, counted, programs)
        _count_rejects(found, counted)
        report = report_of(found.state, alive=found.alive)
    shown = os.fsencode(directory).decode("utf-8", "backslashreplace")  # any name, as any text
    return Statistics(shown, report, counted)


def _count_programs(found: Committed, counted: Counted, language_of: LanguageOf) -> Programs:
    for line in found.lines(Stream.PROGRAMS):
        _count_program(ProgramLine(orjson.loads(line)), counted, language_of)
    return Programs(found)


def _count_program(program: ProgramLine, counted: Counted, language_of: LanguageOf) -> None:
    fields, pairs = program.fields, program.pairs
    for source in (counted.total, counted.source(fields["source"])):
        source.files += 1
        source.programs += 1
        source.pairs += len(pairs)
    for part in PARTS:
        counted.lengths[part].add(len(fields[part]))
    counted.pairs.add(len(pairs))
    counted.outputs.add(len({pair.output for pair in pairs}))
    for pair in pairs:
        counted.values["input"].add(len(pair.input))
        counted.values["output"].add(len(pair.output))
        counted.results[kind_of(pair.output)] += 1
        counted.arguments.update(kinds_of_arguments(pair.input))
    count(counted.languages, language(program, language_of) or "unknown")


def _count_samples(found: Committed, counted: Counted, programs: Programs) -> None:
    program_id, source = "", counted.total
    for line in found.lines(Stream.SAMPLES):
        sample = orjson.loads(line)
        if sample["program_id"] != program_id:  # samples of a program follow one another
            program_id = sample["program_id"]
            source = counted.source(programs.find(program_id).fields["source"])
        for one in (counted.total, source):
            one.tasks[sample["task"]].add(sample)
        _count_sample(sample, counted)


def _count_sample(sample: Mapping[str, Any], counted: Counted) -> None:
    counted.cost += sample["cost"]
    for text in TEXTS:
        if sample[text]:
            counted.lengths[text].add(len(sample[text]))
    for turn, statuses in counted.statuses[sample["task"]].items():
        if sample[f"turn_{turn}"]:
            statuses[sample[f"status_{turn}"]] += 1
            count(counted.models, sample[f"model_{turn}"] or sample["teacher"])


def _count_rejects(found: Committed, counted: Counted) -> None:
    state = found.state
    for line in lines(found.directory, Stream.REJECTS, state.ends.get(Stream.REJECTS, {})):
        if line["epoch"] < state.reopened.get(line["item_id"], 0):
            continue  # it was taken up again since
        if line["task"]:
            counted.lost_samples[line["reason"]] += 1
            continue
        for source in (counted.total, counted.source(line["source"])):
            source.files += 1
        counted.reasons.setdefault(line["stage"], Counter())[line["reason"]] += 1


def _plain(value: object) -> Any:
    """Write what orjson does not know: our dataclasses field by field."""
    if isinstance(value, Lengths):
        return value.spread()
    if isinstance(value, Counter):
        return dict(value.most_common())
    names = getattr(type(value), "__dataclass_fields__", None)
    if names is None:
        raise TypeError(f"{type(value).__name__} is not JSON")
    return {name: getattr(value, name) for name in names}


__all__ = ["Counted", "Outcome", "Source", "Statistics", "gather"]
