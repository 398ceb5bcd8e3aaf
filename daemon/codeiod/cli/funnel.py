"""Draw how files became right answers: from step to step, with yields, and why some were lost.

May import items, ``reports``, ``printable`` and rich.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from codeiod.cli.printable import one_line
from codeiod.items import Reason, Task
from codeiod.reports import Report

REFUSALS_SHOWN = 8
_REFUSAL_CHARACTERS = 100

_AT_READING = {
    Reason.UNREADABLE: "could not be read",
    Reason.NOT_UTF8: "not UTF-8",
    Reason.EMPTY: "empty",
    Reason.BINARY: "binary",
    Reason.OVERSIZED: "too large",
    Reason.MALFORMED_LINE: "malformed",
}
_AT_UNIFYING = {
    Reason.UNPARSABLE: "gave no usable program",
    Reason.CONTEXT_LENGTH: "too long for the model",
    Reason.CONTENT_FILTER: "stopped by a content filter",
    Reason.TRUNCATED: "with an answer that never ended",
    Reason.TEACHER_FAILED: "without an answer of the teacher",
}
_AT_SAMPLING = {
    Reason.LOAD_ERROR: "whose program does not load",
    Reason.ERROR: "whose calls raise errors",
    Reason.TIMEOUT: "whose calls run out of time",
    Reason.TOO_BIG: "with values that are too big",
    Reason.TOO_DEEP: "with values that are nested too deep",
    Reason.NOT_JSON: "with results that are not JSON",
    Reason.NONDETERMINISTIC: "with results that change from run to run",
    Reason.TRIVIAL: "with one result for all inputs",
    Reason.TOO_FEW_PAIRS: "with too few inputs",
}
_AT_ASKING = {
    Reason.NO_SAMPLES: "with no sample left",
    Reason.CHANGED: "made from what has changed since",
    Reason.FAULT: "lost by a fault of codeiod",
}
_STEPS = (
    ("read", _AT_READING),
    ("unified", _AT_UNIFYING),
    ("sampled", _AT_SAMPLING),
    ("asked about", _AT_ASKING),
)


@dataclass(frozen=True, slots=True)
class Step:
    """How much came through a step, and what was lost at it, in words."""

    name: str
    count: int
    before: int
    lost: tuple[str, ...]


def steps_of(report: Report) -> Iterator[Step]:
    """Yield the way of the files; what is pending counts as left behind at the second step."""
    items, lost = report.items, report.rejected
    yield Step("files", report.entries, 0, ())
    done = items.finished + items.rejected
    behind = (
        (report.duplicates, "seen before, in another place"),
        (items.pending, "not done yet"),
    )
    yield Step("taken", done, report.entries, tuple(f"{n:,} {why}" for n, why in behind if n))
    count = done
    for name, reasons in _STEPS:
        at_step = {reason: lost.get(reason, 0) for reason in reasons}
        before, count = count, count - sum(at_step.values())
        yield Step(name, count, before, _told(at_step))


def _told(counts: Mapping[Reason, int] | Mapping[str, int]) -> tuple[str, ...]:
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return tuple(f"{n:,} {words_of(reason)}" for reason, n in ordered if n)


def words_of(reason: str) -> str:
    """Say in plain words why an item or a sample was lost."""
    words: dict[str, str] = {str(key): told for _, each in _STEPS for key, told in each.items()}
    return words.get(reason, reason.replace("_", " "))


def funnel_of(report: Report, refusals: Mapping[str, int]) -> Group:
    """Draw the whole way; `refusals` are reasons why files gave no program, counted."""
    parts: list[RenderableType] = [_files(report), Text(), _questions(report)]
    if report.rejected_samples:
        told = ", ".join(_told(report.rejected_samples))
        parts.append(Text(f"samples that were lost: {told}"))
    if refusals:
        parts += [Text(), _why(refusals)]
    return Group(*parts)


def _files(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", style="bold", min_width=len("output prediction"))
    table.add_column("count", justify="right")
    table.add_column("yield", justify="right")
    table.add_column("lost on the way")
    *steps, last = steps_of(report)
    for step in [*steps, last] if last.lost else steps:
        share = _share(step.count, step.before)
        table.add_row(step.name, f"{step.count:,}", share, Text(", ".join(step.lost)))
    return table


def _questions(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", style="bold", min_width=len("output prediction"))
    for name in ("instances", "right at turn 1", "at turn 2", "never"):
        table.add_column(name, justify="right", no_wrap=True)
    for task in Task:
        tally = report.samples[task]
        never = tally.total - tally.right_1 - tally.right_2
        table.add_row(
            task.replace("_", " "),
            f"{tally.total:,}",
            *(_with_share(n, tally.total) for n in (tally.right_1, tally.right_2, never)),
        )
    return table


def _why(refusals: Mapping[str, int]) -> Table:
    ordered = sorted(refusals.items(), key=lambda pair: (-pair[1], pair[0]))
    table = Table(box=None, pad_edge=False, header_style="dim", show_header=True)
    table.add_column("files", justify="right")
    table.add_column("why they gave no program")
    for words, n in ordered[:REFUSALS_SHOWN]:
        table.add_row(f"{n:,}", Text(one_line(words, _REFUSAL_CHARACTERS)))
    if rest := sum(n for _, n in ordered[REFUSALS_SHOWN:]):
        table.add_row(f"{rest:,}", Text("for other reasons", style="dim"))
    return table


def _with_share(part: int, whole: int) -> str:
    return f"{part:,} {_share(part, whole):>5}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else ""
