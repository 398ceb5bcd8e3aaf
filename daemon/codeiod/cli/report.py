"""The report of a run as a table for people; used by ``run``, ``status`` and ``estimate``.

May import rich, ``reports``, ``funnel`` and ``printable``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Group
from rich.table import Table
from rich.text import Text

from codeiod.cli.funnel import funnel_of
from codeiod.cli.printable import printable
from codeiod.reports import Report
from codeiod.reports.forecast import Forecast, Range


def report_picture(
    report: Report, directory: Path, refusals: Mapping[str, int] | None = None
) -> Group:
    """Draw a report: the way of the files, then the rest; what is zero and seldom is left out.

    :param refusals: why files gave no program, counted, where that is to be told.
    """
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    for name, text in _rows(report):
        table.add_row(name, text)
    title = Text(printable(str(directory)), style="italic")
    return Group(title, Text(), funnel_of(report, refusals or {}), Text(), table)


def _rows(report: Report) -> Iterator[tuple[str, str]]:
    items, calls, tokens = report.items, report.calls, report.tokens
    yield (
        "items",
        f"{items.finished:,} finished, {items.rejected:,} rejected, {items.pending:,} pending",
    )
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
