"""The statistics as one HTML file that needs nothing else: tables, and bars drawn as SVG.

May import its neighbours. All that comes from data is escaped; there is no script in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from codeiod.reports.statistics.counts import Outcome, Source
from codeiod.reports.statistics.gather import Statistics
from codeiod.reports.statistics.headline import figures, share
from codeiod.reports.statistics.lengths import Lengths

MOST_ROWS = 40
BAR_WIDTH, BAR_HEIGHT = 240, 12

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d8dee4;
  --paper: #ffffff; --bar: #0b6bcb; --second: #7fb3e6; --rest: #e4e8ec; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa4af; --line: #2c333b;
  --paper: #14181d; --bar: #58a6ff; --second: #2f6fb3; --rest: #262c33; } }
body { margin: 2rem auto; padding: 0 1rem; max-width: 60rem; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2.2rem 0 .5rem; }
p { color: var(--soft); margin: .2rem 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; } th:first-child, td:first-child { text-align: left; }
td:first-child { overflow-wrap: anywhere; min-width: 9rem; } svg { vertical-align: middle; }
.bar { fill: var(--bar); } .second { fill: var(--second); } .rest { fill: var(--rest); }
"""


def page(statistics: Statistics) -> str:
    """Write the statistics as a page."""
    title = escape(f"Statistics of {statistics.directory}")
    body = "\n".join(_sections(statistics))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _sections(statistics: Statistics) -> Iterator[str]:
    counted, items = statistics.counted, statistics.report.items
    yield f"<p>{items.finished:,} items finished, {items.rejected:,} rejected,"
    yield f"{items.pending:,} pending; recipe {escape(statistics.report.recipe[:12])}.</p>"
    yield _table("At a glance", ("", "figure"), ((f.name, f.told) for f in figures(statistics)))
    yield _accuracy(counted.total)
    yield _sources(counted.sources)
    for stage, reasons in counted.reasons.items():
        yield _bars(f"Files lost at {stage}", reasons)
    yield _bars("Samples lost", counted.lost_samples)
    for task, turns in counted.statuses.items():
        for turn, statuses in turns.items():
            yield _bars(f"What {task.replace('_', ' ')} came to at turn {turn}", statuses)
    yield _spreads("Lengths of texts, in characters", counted.lengths)
    yield _spreads("Lengths of values, in characters of JSON", counted.values)
    by_program = {"pairs": counted.pairs, "different outputs": counted.outputs}
    yield _spreads("Of a program", by_program)
    yield _bars("Arguments by kind", counted.arguments)
    yield _bars("Outputs by kind", counted.results)
    yield _bars("Programs by language of their file", counted.languages)
    yield _bars("Turns by who answered", counted.models)


def _accuracy(total: Source) -> str:
    rows = []
    for task, outcome in total.tasks.items():
        rows.append((task.replace("_", " "), *_shares(outcome), _Raw(_stacked(outcome))))
    head = ("", "instances", "right at turn 1", "at turn 2", "never", "")
    return _table("Accuracy", head, rows)


def _shares(outcome: Outcome) -> tuple[str, ...]:
    instances = outcome.instances
    never = instances - outcome.right_1 - outcome.right_2
    shares = (
        f"{share(part, instances):.1f}%" for part in (outcome.right_1, outcome.right_2, never)
    )
    return (f"{instances:,}", *shares)


def _stacked(outcome: Outcome) -> str:
    first = BAR_WIDTH * outcome.right_1 / max(1, outcome.instances)
    second = BAR_WIDTH * outcome.right_2 / max(1, outcome.instances)
    return _svg((0, BAR_WIDTH, "rest"), (0, first, "bar"), (first, second, "second"))


def _sources(sources: dict[str, Source]) -> str:
    tasks = [task.replace("_", " ") for task in Source().tasks]
    by_task = [f"{task}: {what}" for task in tasks for what in _WHAT]
    head = ("source", "files", "programs", "pairs", *by_task)
    most = sorted(sources.items(), key=lambda one: (-one[1].files, one[0]))
    rows = [(name, *_source(source)) for name, source in most[:MOST_ROWS]]
    return _table(_title("By source", len(most)), head, rows)


_WHAT = ("instances", "right in the end")


def _source(source: Source) -> Iterator[str]:
    yield from (f"{number:,}" for number in (source.files, source.programs, source.pairs))
    for outcome in source.tasks.values():
        yield f"{outcome.instances:,}"
        yield f"{share(outcome.right_1 + outcome.right_2, outcome.instances):.1f}%"


def _spreads(title: str, lengths: dict[str, Lengths]) -> str:
    head = ("", "count", "mean", "least", "5%", "median", "95%", "most")
    rows = []
    for name, measured in lengths.items():
        spread = measured.spread()
        values = (spread.least, spread.p5, spread.median, spread.p95, spread.most)
        numbers = (f"{spread.count:,}", f"{spread.mean:,.1f}", *(f"{v:,}" for v in values))
        rows.append((name.replace("_", " "), *numbers))
    return _table(title, head, rows)


def _bars(title: str, counts: Counter[str]) -> str:
    total, most = counts.total(), max(counts.values(), default=0)
    rows = [
        (
            name.replace("_", " "),
            f"{number:,}",
            f"{share(number, total):.1f}%",
            _Raw(_svg((0, BAR_WIDTH * number / most, "bar"))),
        )
        for name, number in counts.most_common(MOST_ROWS)
    ]
    return _table(_title(title, len(counts)), ("", "count", "share", ""), rows)


def _title(title: str, rows: int) -> str:
    return title if rows <= MOST_ROWS else f"{title} (the first {MOST_ROWS} of {rows:,})"


class _Raw(str):
    """Markup of our own, not to be escaped."""

    __slots__ = ()


def _svg(*bars: tuple[float, float, str]) -> str:
    """Draw bars, each from a place on, so long, in a colour of the style."""
    drawn = "".join(
        f'<rect class="{colour}" x="{start:.1f}" width="{length:.1f}" height="{BAR_HEIGHT}"/>'
        for start, length, colour in bars
    )
    size = f'width="{BAR_WIDTH}" height="{BAR_HEIGHT}"'
    return f'<svg {size} aria-hidden="true">{drawn}</svg>'


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table with its heading; of no rows, nothing."""
    lines = [f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows]
    if not lines:
        return ""
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "\n".join(lines)
    return (
        f'<h2>{escape(title)}</h2>\n<div class="wide"><table>\n'
        f"<thead><tr>{names}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _cell(text: str) -> str:
    return f"<td>{text if isinstance(text, _Raw) else escape(text)}</td>"
