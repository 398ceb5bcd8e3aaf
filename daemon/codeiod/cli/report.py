"""The report of a run as a table for people; used by ``run``, ``status`` and ``estimate``.

May import rich and ``reports``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.table import Table

from codeiod.reports import Report
from codeiod.reports.forecast import Forecast, Range


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
    for currency in sorted(report.money.keys() | report.money_perhaps.keys()):
        if currency:
            yield "money", _money(report, currency)
    if report.cut_bytes:
        yield "cut", f"{report.cut_bytes:,} bytes after a crash, kept in journal/cut"
    yield from _forecast(report.forecast)


def _money(report: Report, currency: str) -> str:
    told = f"{report.money.get(currency, 0.0):,.2f} {currency}"
    perhaps = report.money_perhaps.get(currency, 0.0)
    return told + (f", and perhaps {perhaps:,.2f} for calls that failed" if perhaps else "")


def _forecast(rest: Forecast) -> Iterator[tuple[str, str]]:
    """Tell what is to come, each with its range."""
    if not rest.items:
        return
    if not rest.done_items:
        yield "to come", f"{rest.items:,} items; nothing is done yet to forecast them from"
        return
    yield "to come", f"{rest.items:,} items, forecast from {rest.done_items:,} that are done"
    yield "  calls", between(rest.calls)
    yield "  tokens", f"{between(rest.input_tokens)} input, {between(rest.output_tokens)} output"
    for currency, amount in rest.money.items():
        yield "  money", f"{between(amount, 2)} {currency}"
    if rest.seconds.likely:
        seconds = rest.seconds
        times = (duration(one) for one in (seconds.likely, seconds.low, seconds.high))
        yield "  time", "{} ({} to {})".format(*times)


def between(amount: Range, digits: int = 0) -> str:
    """Write a range for a person: what is likely, and between what it lies."""
    likely, low, high = (
        f"{value:,.{digits}f}" for value in (amount.likely, amount.low, amount.high)
    )
    return f"{likely} ({low} to {high})"


def duration(seconds: float | None) -> str:
    """Write a time for a person: ``3 h 04 min``."""
    if seconds is None:
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _counts(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {count:,}" for name, count in ordered)


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.0%})" if whole else "0"
