"""How things stand with a daemon at a glance, in as many lines as a terminal has.

May import ``report``, ``printable`` and rich. Pure: affairs as JSON has them, and how fast they go,
become lines. What comes first is what an operator looks for first; where there is no room, the
longest lists are cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from rich.text import Text

from codeiod.cli.printable import one_line
from codeiod.cli.report import duration

Facts: TypeAlias = Mapping[str, Any]

LABEL_COLUMNS = 10
NAME_COLUMNS = 12
ACCENT, QUIET, GOOD, BAD, DOUBTFUL = "cyan", "dim", "green", "red", "yellow"
PHASE_STYLES = {"working": GOOD, "idle": GOOD, "waiting": BAD, "paused": DOUBTFUL}
STATE_STYLES = {"up": GOOD, "resting": DOUBTFUL, "out": BAD}
LEVEL_STYLES = {"warning": DOUBTFUL}
BAR_SIGNS = 10
MOST_REASONS = 4
SHORT_ID = 8
UNITS = ("B", "kB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class Speeds:
    """How much of something there is in a minute, by the last minute."""

    items: float = 0.0
    answers: float = 0.0


def glance(affairs: Facts, speeds: Speeds | None, width: int, height: int) -> list[Text]:
    """Tell the affairs of a daemon in lines that fit.

    :param speeds: None where they are not known.
    """
    lines = [_title(affairs, width), *_why(affairs, width)]
    lines += [*_work(affairs, speeds), *_machine(affairs), *_folders(affairs), Text()]
    lines += _endpoints(affairs["endpoints"])
    calls, troubles = list(_calls(affairs["calls"])), list(_troubles(affairs["troubles"], width))
    room = height - len(lines)
    for_calls, for_troubles = _shares(room, len(calls), len(troubles))
    lines += [*calls[:for_calls], *troubles[:for_troubles]]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines[:height]


def _shares(room: int, first: int, second: int) -> tuple[int, int]:
    """Part the lines that are left between two lists: the shorter one is shown whole if it can."""
    half = max(0, room) // 2
    if first <= half:
        return first, max(0, room) - first
    if second <= half:
        return max(0, room) - second, second
    return half, max(0, room) - half


def _title(affairs: Facts, width: int) -> Text:
    up = duration(affairs["at"] - affairs["started_at"])
    clock = datetime.fromtimestamp(affairs["at"], UTC).astimezone().strftime("%H:%M:%S")
    phase = affairs["phase"]
    left = Text.assemble(
        ("codeiod ", "bold"), (phase, f"bold {PHASE_STYLES.get(phase, ACCENT)}"), "  "
    )
    right = f"  up {up}  {clock}"
    folder = one_line(affairs["directory"], max(8, width - left.cell_len - len(right)))
    gap = " " * max(0, width - left.cell_len - len(folder) - len(right))
    return Text.assemble(left, (folder, QUIET), gap, (right, QUIET))


def _why(affairs: Facts, width: int) -> Iterator[Text]:
    if affairs["why"]:
        style = PHASE_STYLES.get(affairs["phase"], DOUBTFUL)
        yield Text(one_line(affairs["why"], width), style=style)


def _work(affairs: Facts, speeds: Speeds | None) -> Iterator[Text]:
    report = affairs["report"]
    items = report["items"]
    done = items["finished"] + items["rejected"]
    total = max(affairs["total_entries"], done + items["pending"])
    left = report["forecast"]["seconds"]["likely"]
    yield _line(
        "items",
        _bar(done, total),
        f" {done:,} of {total:,}",
        f"  {speeds.items:,.1f}/min ({speeds.answers:,.0f} answers)" if speeds else "",
        f"  left {duration(left)}" if left else "",
    )
    yield _funnel(affairs["funnel"])
    yield _line("right", *_right(report["samples"]))
    if report["rejected"]:
        most = sorted(report["rejected"].items(), key=lambda one: -one[1])
        told = ", ".join(f"{reason} {n:,}" for reason, n in most[:MOST_REASONS])
        more = len(most) - MOST_REASONS
        yield _line("rejected", told, (f" and {more} reasons more" if more > 0 else "", QUIET))
    yield _line("money", *_money(affairs))


def _funnel(funnel: Facts) -> Text:
    before = funnel["admitted"]
    parts: list[str | tuple[str, str]] = [f"{before:,} in"]
    for step in ("unified", "sampled", "finished"):
        count = funnel[step]
        share = f" {count / before:.0%}" if before > count else ""
        parts += [f" → {count:,} {step}", (share, ACCENT)]
        before = count
    return _line("since start", *parts)


def _right(samples: Facts) -> Iterator[str | tuple[str, str]]:
    for task, tally in samples.items():
        total, once, again = tally["total"], tally["right_1"], tally["right_2"]
        yield f"{task.partition('_')[0]} "
        if total:
            yield f"{once / total:.0%}, then "
            yield (f"{(once + again) / total:.0%}", ACCENT)
        else:
            yield ("none yet", QUIET)
        yield f" of {total:,}   "


def _money(affairs: Facts) -> Iterator[str | tuple[str, str]]:
    report, budget = affairs["report"], affairs["budget"]
    spent = report["money"] or {budget["currency"]: 0.0}
    for currency, amount in spent.items():
        of = f" of {budget['money']:,.2f}" if budget["money"] and currency else ""
        yield f"{amount:,.2f}{of} {currency}".rstrip() + "   "
    if budget["money_per_day"]:
        yield f"today {budget['spent_money_today']:,.2f} of {budget['money_per_day']:,.2f}   "
    for currency, found in report["forecast"]["money"].items():
        yield f"to come {found['low']:,.2f} to {found['high']:,.2f} {currency}   "
    if budget["exhausted"]:
        yield ("used up", BAD)


def _machine(affairs: Facts) -> Iterator[Text]:
    sandbox, journal = affairs["sandbox"], affairs["journal"]
    bad = sandbox["calls"] - sandbox["outcomes"].get("returned", 0)
    share = f"   {bad / sandbox['calls']:.1%} of calls fail" if sandbox["calls"] else ""
    yield _line(
        "sandbox",
        f"level {sandbox['level']}   {sandbox['running']} run on {sandbox['workers']} workers,"
        f" {sandbox['waiting']} wait{share}",
    )
    yield _line(
        "disk",
        ("full" if journal["low"] else f"{_size(journal['disk_free_bytes'])} free", BAD)
        if journal["low"]
        else f"{_size(journal['disk_free_bytes'])} free",
        f"   journal {_size(journal['bytes'])}, sync {1000 * journal['sync']['p50']:.1f} ms"
        f"   memory {_size(affairs['memory_bytes'])}, {affairs['descriptors']} files",
    )


def _folders(affairs: Facts) -> Iterator[Text]:
    for folder in affairs["watched"]:
        if folder["there"]:
            unsettled = folder["unsettled"]
            writing = f", {unsettled} being written" if unsettled else ""
            told: str | tuple[str, str] = f": {folder['taken']:,} taken{writing}"
        else:
            told = (f": {one_line(folder['why'], 60)}", BAD)
        yield _line("watches", one_line(folder["folder"], 60), told)


def _endpoints(endpoints: Sequence[Facts]) -> Iterator[Text]:
    if not endpoints:
        return
    columns = "flying/limit  line retry  answers  median     95% failed"
    yield Text(f"{'endpoint':<{NAME_COLUMNS}} state   {columns}", style=QUIET)
    for one in endpoints:
        latency, failed = one["latency"], sum(one["failed"].values())
        yield Text.assemble(
            f"{one_line(one['name'], NAME_COLUMNS):<{NAME_COLUMNS}} ",
            (f"{one['state']:<7}", STATE_STYLES.get(one["state"], "")),
            f" {one['in_flight']:>6,}/{one['limit']:<5,}",
            f" {one['waiting']:>5,} {one['retrying']:>5,} {one['answered']:>8,}",
            f" {_seconds(latency['p50']):>7} {_seconds(latency['p95']):>7} {failed:>6,}",
        )
        if one["why"]:
            yield Text(f"{'':<{NAME_COLUMNS}} {one_line(one['why'], 200)}", style=QUIET)


def _calls(calls: Sequence[Facts]) -> Iterator[Text]:
    if not calls:
        return
    yield Text("oldest calls in flight", style=QUIET)
    for call in calls:
        yield Text(
            f"{call['item_id'][:SHORT_ID]}  {call['key']:<12} "
            f" {one_line(call['endpoint'], NAME_COLUMNS):<{NAME_COLUMNS}} "
            f" {_seconds(call['seconds']):>8}"
        )


def _troubles(troubles: Sequence[Facts], width: int) -> Iterator[Text]:
    if not troubles:
        return
    yield Text("last troubles", style=QUIET)
    for trouble in troubles:
        at = datetime.fromtimestamp(trouble["at"], UTC).astimezone().strftime("%H:%M:%S")
        times = f" ({trouble['times']:,} times)" if trouble["times"] > 1 else ""
        yield Text.assemble(
            (f"{at} ", QUIET),
            (one_line(trouble["text"], width), LEVEL_STYLES.get(trouble["level"], BAD)),
            (times, QUIET),
        )


def _line(label: str, *parts: str | tuple[str, str]) -> Text:
    return Text.assemble((f"{label:<{LABEL_COLUMNS + 2}}", QUIET), *parts)


def _bar(done: int, total: int) -> tuple[str, str]:
    filled = round(BAR_SIGNS * done / total) if total else 0
    return "━" * filled + "╌" * (BAR_SIGNS - filled), ACCENT


def _seconds(seconds: float) -> str:
    if seconds >= 100:
        return duration(seconds)
    return f"{seconds:.1f} s" if seconds >= 1 or not seconds else f"{1000 * seconds:.0f} ms"


def _size(count: float) -> str:
    for unit in UNITS:
        if count < 1000 or unit == UNITS[-1]:
            break
        count /= 1000
    return f"{count:.1f} {unit}" if count < 10 and unit != "B" else f"{count:.0f} {unit}"
