"""Draw the statistics of a run, or those of two, as tables on a terminal.

May import rich, ``printable`` and ``reports``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from codeiod.cli.printable import one_line
from codeiod.reports.statistics import Figure, Lengths, Source, Statistics, figures

MOST_ROWS = 12
NAME_CHARACTERS = 48


def statistics_picture(found: Statistics) -> Group:
    """Draw all statistics of a run."""
    parts: list[RenderableType] = [Text(one_line(found.directory, 200), style="italic")]
    for table in _tables(found):
        if table.row_count:
            parts += [Text(), table]
    return Group(*parts)


def comparison(first: Statistics, second: Statistics) -> Table:
    """Draw the figures of two runs side by side; reasons of loss follow."""
    table = _table("", *(_end_of(one.directory) for one in (first, second)), "")
    others = {figure.name: figure for figure in figures(second)}
    for figure in figures(first):
        other = others.pop(figure.name, Figure(figure.name, 0, figure.unit))
        table.add_row(figure.name, figure.told, other.told, figure.difference(other))
    for figure in others.values():
        table.add_row(figure.name, "", figure.told, "")
    for lost, more in _losses(first, second):
        table.add_row(lost.name, lost.told, more.told, lost.difference(more))
    return table


def _losses(first: Statistics, second: Statistics) -> Iterator[tuple[Figure, Figure]]:
    for stage in sorted(first.counted.reasons.keys() | second.counted.reasons.keys()):
        both = [one.counted.reasons.get(stage, Counter()) for one in (first, second)]
        for reason in sorted(both[0].keys() | both[1].keys()):
            name = f"lost at {stage}: {reason}"
            yield Figure(name, both[0][reason]), Figure(name, both[1][reason])


def _tables(found: Statistics) -> Iterator[Table]:
    counted = found.counted
    yield _figures(found)
    yield _sources(counted.sources)
    reasons = Counter(
        {
            f"{stage}: {reason}": n
            for stage, of in counted.reasons.items()
            for reason, n in of.items()
        }
    )
    yield _counts("files lost", reasons)
    yield _counts("samples lost", counted.lost_samples)
    for task, turns in counted.statuses.items():
        yield _statuses(task.replace("_", " "), turns)
    yield _spreads("texts, characters", counted.lengths)
    yield _spreads("values, characters", counted.values)
    by_program = {"pairs": counted.pairs, "different outputs": counted.outputs}
    yield _spreads("of a program", by_program)
    yield _counts("arguments", counted.arguments)
    yield _counts("outputs", counted.results)
    yield _counts("languages", counted.languages)
    yield _counts("answered by", counted.models)


def _figures(found: Statistics) -> Table:
    table = _table("figures", "")
    for figure in figures(found):
        table.add_row(figure.name, figure.told)
    return table


def _sources(sources: Mapping[str, Source]) -> Table:
    tasks = [task.replace("_prediction", "s") for task in Source().tasks]
    table = _table(
        "source", "files", "programs", "pairs", *(f"{t} {w}" for t in tasks for w in ("", "right"))
    )
    most = sorted(sources.items(), key=lambda one: (-one[1].files, one[0]))
    for name, source in most[:MOST_ROWS]:
        outcomes = [
            number
            for outcome in source.tasks.values()
            for number in (outcome.instances, outcome.right_1 + outcome.right_2)
        ]
        table.add_row(
            _end_of(name),
            *_numbers([source.files, source.programs, source.pairs, *outcomes]),
        )
    if len(most) > MOST_ROWS:
        table.add_row(f"and {len(most) - MOST_ROWS:,} more")
    return table


def _statuses(task: str, turns: Mapping[str, Counter[str]]) -> Table:
    table = _table(task, "turn 1", "turn 2")
    names = sorted({name for counts in turns.values() for name in counts})
    for name in names:
        table.add_row(name, *_numbers(counts[name] for counts in turns.values()))
    return table


def _spreads(title: str, lengths: Mapping[str, Lengths]) -> Table:
    table = _table(title, "count", "mean", "5%", "median", "95%", "most")
    for name, measured in lengths.items():
        spread = measured.spread()
        values = _numbers([spread.p5, spread.median, spread.p95, spread.most])
        told = (f"{spread.count:,}", f"{spread.mean:,.1f}", *values)
        table.add_row(name.replace("_", " "), *told)
    return table


def _counts(title: str, counts: Counter[str]) -> Table:
    table = _table(title, "count", "share")
    total = counts.total()
    for name, number in counts.most_common(MOST_ROWS):
        told = one_line(name.replace("_", " "), NAME_CHARACTERS)
        table.add_row(told, f"{number:,}", f"{100 * number / total:.1f}%")
    if len(counts) > MOST_ROWS:
        table.add_row(f"and {len(counts) - MOST_ROWS:,} more")
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in zip_longest([first, *others], ["left"], fillvalue="right"):
        table.add_column(str(name), justify="left" if justify == "left" else "right")
    return table


def _end_of(source: str) -> str:
    """Show the end of a long name: of paths that is what tells them apart."""
    line = one_line(source, len(source))
    return line if len(line) <= NAME_CHARACTERS else "…" + line[1 - NAME_CHARACTERS :]


def _numbers(numbers: Iterable[int]) -> Iterator[str]:
    return (f"{number:,}" for number in numbers)
