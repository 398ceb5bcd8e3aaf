"""The whole run: every recorded file against the recorded teacher, and all that must be true then.

Imports the standard library, pandas and the other parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recorded_parts import dataset, recheck
from recorded_parts.dataset import Dataset
from recorded_parts.material import File
from recorded_parts.soundness import Finding, findings
from recorded_parts.table import Table
from recorded_parts.undisturbed import Undisturbed

SOUND_SHARE = 0.97
NONDETERMINISTIC_SHARE = 0.80
DETAIL_CHARACTERS = 150


def measure(table: Table, run: Undisturbed, files: Sequence[File]) -> None:
    """Hold a run of all files to every goal."""
    print(f"       the run took {run.seconds:.0f} s")
    table.equal("whole: exit status", 0, run.status)
    table.equal("whole: what check finds", "", run.run.findings())
    report, lines = run.run.report(), run.lines
    of_run(table, lines, report, len(files))
    unread = unreadable_by_pandas(run.run.directory, lines)
    table.none_of("whole: streams that pandas can't read", unread)
    _of_teacher(table, run.stats, report)
    _of_soundness(table, lines, findings(files))
    of_content(table, lines)


def of_run(table: Table, lines: Dataset, report: dict[str, Any], entries: int) -> None:
    """Hold the lines to the contract and to the report."""
    table.equal("whole: entries", entries, report["entries"])
    table.none_of("whole: broken equations", list(dataset.broken_equations(lines, report)))
    table.none_of("whole: lines of another form", list(dataset.wrong_forms(lines)))
    table.none_of("whole: lines that stand twice", list(dataset.repeated(lines)))


def of_content(table: Table, lines: Dataset) -> None:
    """Check every pair, prompt and verdict again."""
    table.none_of("whole: prompts against the rules", list(recheck.wrong_prompts(lines)))
    table.none_of("whole: turns against the rules", list(recheck.wrong_turns(lines)))
    table.none_of("whole: pairs that do not reproduce", list(recheck.wrong_pairs(lines)))
    table.none_of("whole: verdicts that a second judge denies", list(recheck.wrong_verdicts(lines)))


def unreadable_by_pandas(directory: Path, lines: Dataset) -> list[str]:
    """Name the streams that pandas does not read as they are."""
    import pandas  # type: ignore[import-untyped] # takes a second, and only this needs it

    found = []
    for stream, folder in dataset.STREAMS.items():
        parts = [
            pandas.read_json(part, lines=True)
            for part in sorted((directory / folder).glob("part-*.jsonl"))
            if part.stat().st_size
        ]
        frame = pandas.concat(parts) if parts else pandas.DataFrame()
        wanted = getattr(lines, stream)
        if len(frame) != len(wanted):
            found.append(f"{stream}: {len(frame)} rows of {len(wanted)}")
        elif wanted and set(frame.columns) != wanted[0].keys():
            found.append(f"{stream}: columns {sorted(frame.columns)}")
        elif int(frame.isna().sum().sum()):
            found.append(f"{stream}: holds what pandas takes for missing")
    return found


def _of_teacher(table: Table, stats: dict[str, Any], report: dict[str, Any]) -> None:
    table.equal("whole: prompts paid twice", 0, stats["repeated"])
    table.equal("whole: answers as the teacher counts", stats["answers"], _answers(report))


def _answers(report: dict[str, Any]) -> int:
    return int(report["calls"]["answered"] + report["calls"]["truncated"])


def _of_soundness(table: Table, lines: Dataset, judged: dict[str, Finding]) -> None:
    programs = {program["item_id"] for program in lines.programs}
    rejected = {line["item_id"]: line for line in lines.whole_rejects}
    sound = [name for name, finding in judged.items() if finding.sound]
    _share(table, "whole: sound that became programs", SOUND_SHARE, sound, programs)
    odd = [name for name, finding in judged.items() if finding.nondeterministic]
    named = {name for name, line in rejected.items() if line["reason"] == "nondeterministic"}
    what = "whole: nondeterministic rejected as such"
    _share(table, what, NONDETERMINISTIC_SHARE, odd, named)
    lost = [rejected[name] for name in sound if name not in programs and name in rejected]
    lost += [rejected[name] for name in odd if name not in named and name in rejected]
    for line in lost:
        detail = line["detail"][:DETAIL_CHARACTERS].replace("\n", " ")
        print(f"       {line['item_id'][:8]} {line['path']}: {line['reason']}: {detail}")
    for name in odd:
        if name in programs:
            print(f"       {name[:8]} became a program: {judged[name]}")
    reasons = Counter(line["reason"] for line in lost)
    print(f"       lost, by reason: {dict(reasons)}")


def _share(table: Table, what: str, goal: float, wanted: list[str], found: set[str]) -> None:
    got = sum(name in found for name in wanted)
    table.at_least(what, goal, got / len(wanted) if wanted else 1.0, f"{got} of {len(wanted)}")
