"""The list of all metrics, as ``docs/metrics.md`` holds it.

May import its neighbours.
"""

from __future__ import annotations

from codeiod.web.metrics.exposing import SECTIONS
from codeiod.web.metrics.family import Family


def listed() -> str:
    """Write the tables of all families, as Markdown."""
    return "\n".join(_section(title, families) for title, families in SECTIONS.items())


def _section(title: str, families: tuple[Family, ...]) -> str:
    head = [f"### {title}", "", "| metric | kind | labels | what it tells |", "|---|---|---|---|"]
    rows = [
        f"| `{one.name}` | {one.kind} | {' '.join(f'`{label}`' for label in one.labels)}"
        f" | {one.text} |"
        for one in families
    ]
    return "\n".join([*head, *rows, ""])
