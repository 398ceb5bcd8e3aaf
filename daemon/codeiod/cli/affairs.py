"""How things stand with a daemon, in lines for a terminal, given as JSON has it.

May import ``printable``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from codeiod.cli.printable import one_line

LINE_CHARACTERS = 160
TROUBLES = 5

Facts = Mapping[str, Any]


def affairs_lines(affairs: Facts) -> Iterator[str]:
    """Tell the affairs of a daemon."""
    why = f": {one_line(affairs['why'], LINE_CHARACTERS)}" if affairs["why"] else ""
    ready = "" if affairs["ready"] else " (not ready)"
    yield f"{affairs['phase']}{ready}{why}"
    yield f"directory  {affairs['directory']} (process {affairs['pid']})"
    yield _items(affairs)
    yield _calls(affairs)
    yield from map(_endpoint, affairs["endpoints"])
    yield _sandbox(affairs["sandbox"])
    if any(
        affairs["budget"][cap] for cap in ("money", "money_per_day", "tokens", "tokens_per_day")
    ):
        yield _budget(affairs["budget"])
    yield from map(_watched, affairs["watched"])
    for trouble in affairs["troubles"][:TROUBLES]:
        times = f" ({trouble['times']} times)" if trouble["times"] > 1 else ""
        yield f"{trouble['level']}  {one_line(trouble['text'], LINE_CHARACTERS)}{times}"


def _items(affairs: Facts) -> str:
    report = affairs["report"]
    items = report["items"]
    return (
        f"items      {items['finished']} finished, {items['rejected']} rejected,"
        f" {items['pending']} pending ({affairs['inside']} at work);"
        f" {report['duplicates']} duplicates"
    )


def _calls(affairs: Facts) -> str:
    report = affairs["report"]
    money = "".join(f", {amount:.4f} {name}" for name, amount in report["money"].items())
    return (
        f"teacher    {affairs['teacher']}: {report['calls']['answered']} answers,"
        f" {affairs['in_flight']} calls in flight{money}"
    )


def _endpoint(endpoint: Facts) -> str:
    rate = endpoint["requests_per_minute"]
    paced = f", {rate:g} requests a minute" if rate else ""
    why = f": {one_line(endpoint['why'], LINE_CHARACTERS)}" if endpoint["why"] else ""
    return (
        f"endpoint   {endpoint['name']} is {endpoint['state']}{why};"
        f" {endpoint['in_flight']} of {endpoint['limit']} in flight"
        f" (at most {endpoint['max_in_flight']}), {endpoint['waiting']} in line{paced}"
    )


def _sandbox(sandbox: Facts) -> str:
    return (
        f"sandbox    level {sandbox['level']}, {sandbox['workers']} workers,"
        f" {sandbox['running']} jobs run, {sandbox['waiting']} wait"
    )


def _budget(budget: Facts) -> str:
    caps = []
    for cap, spent in (
        ("money", "spent_money"),
        ("money_per_day", "spent_money_today"),
        ("tokens", "spent_tokens"),
        ("tokens_per_day", "spent_tokens_today"),
    ):
        if budget[cap]:
            caps.append(f"{cap} {budget[spent]:,.10g} of {budget[cap]:,.10g}")
    return f"budget     {', '.join(caps)} {budget['currency']}".rstrip()


def _watched(folder: Facts) -> str:
    state = f"{folder['taken']} taken" if folder["there"] else f"not there: {folder['why']}"
    return f"watches    {one_line(folder['folder'], LINE_CHARACTERS)}: {state}"
