"""The report of a run as a table for people; used by ``run`` and ``status``.

May import rich and ``reports``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.table import Table

from codeiod.reports import Report


def report_table(report: Report, directory: Path) -> Table:
    """Draw a report; what is zero and seldom is left out."""
    table = Table(title=str(directory), title_justify="left", show_header=False, box=None)
    table.add_column(style="bold")
    table.add_column()
    for name, text in _rows(report):
        table.add_row(name, text)
    return table


def _rows(report: Report) -> Iterator[tuple[str, str]]:
    items, calls, tokens = report.items, report.calls, report.tokens
    yield (
        "entries",
        f"{report.entries:,} = {items.total:,} items + {report.duplicates:,} duplicates",
    )
    yield (
        "items",
        f"{items.finished:,} finished, {items.rejected:,} rejected, {items.pending:,} pending",
    )
    if report.rejected:
        yield "rejected", _counts(report.rejected)
    for task, tally in report.samples.items():
        right = f"{_share(tally.right_1, tally.total)} right at turn 1"
        yield (
            task.replace("_", " "),
            f"{tally.total:,} samples, {right}, {_share(tally.right_2, tally.total)} at turn 2",
        )
    if report.rejected_samples:
        yield "rejected samples", _counts(report.rejected_samples)
    told = f"{calls.answered:,} answered, {calls.failed:,} failed, {calls.truncated:,} truncated"
    yield "calls", f"{told}, {calls.in_flight_lost:,} in flight lost"
    yield (
        "tokens",
        f"{tokens.input:,} input ({tokens.cached:,} cached), {tokens.output:,} output",
    )
    for currency, amount in report.money.items():
        if currency:
            yield "money", f"{amount:,.2f} {currency}"
    if report.cut_bytes:
        yield "cut", f"{report.cut_bytes:,} bytes after a crash, kept in journal/cut"


def _counts(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {count:,}" for name, count in ordered)


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.0%})" if whole else "0"
