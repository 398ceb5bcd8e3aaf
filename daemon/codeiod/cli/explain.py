"""``codeiod explain``: the whole story of one item.

May import ``options``, ``printable`` and, inside, ``reports``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from codeiod.cli.options import AsJson, Directory
from codeiod.cli.printable import one_line, printable, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DETAIL_CHARACTERS = 160
"""How much of what was said is shown of each event; ``--json`` holds all of it."""

Name = Annotated[
    str,
    typer.Argument(
        metavar="ITEM",
        help="The beginning of an item's id, or the path where it was met (FILE:LINE of a JSONL).",
        show_default=False,
    ),
]


def explain(directory: Directory, name: Name, as_json: AsJson = False) -> None:
    """Tell all that happened to ITEM of DIR, from the journal; the run may be going on."""
    import orjson

    from codeiod.reports.explain import explain as find

    story = orjson.dumps(find(directory, recorded(name)), option=orjson.OPT_INDENT_2)
    if as_json:
        typer.echo(story)
        return
    for line in story_lines(orjson.loads(story)):
        typer.echo(line)


def story_lines(story: Mapping[str, Any]) -> Iterator[str]:
    """Tell a story, given as JSON has it, in lines for a person."""
    place = f"{story['path']}:{story['offset']}" if story["offset"] else story["path"]
    yield f"item {story['item_id']}  {one_line(place, DETAIL_CHARACTERS)}"
    yield _outcome(story)
    yield _spent(story)
    if story["missing_segments"]:
        yield f"{story['missing_segments']} segments of the journal are gone: the beginning may be"
    yield ""
    before = ""
    for event in story["events"]:
        moment = _clock(event["at"])
        shown = moment if moment != before else " " * len(moment)
        before = moment
        yield f"{shown}  {event['key']:<18} {printable(event['text'])}".rstrip()
        if event["key"].endswith("/verdict") and event["detail"] not in ("", "Success"):
            yield " " * 40 + one_line(event["detail"], DETAIL_CHARACTERS)
    for loss in story["lost"]:
        if loss["task"]:
            which = f"{loss['task']} of pair {loss['pair']}, sample {loss['sample']}"
            yield f"lost: {which}: {loss['reason']}, {one_line(loss['detail'], DETAIL_CHARACTERS)}"


def _outcome(story: Mapping[str, Any]) -> str:
    outcome, again = story["outcome"], f" (epoch {story['epoch']})" if story["epoch"] else ""
    if outcome == "pending":
        return f"on its way{again}"
    if outcome == "done":
        return f"done{again}; how it ended stood in a part of the journal that is gone"
    if outcome == "finished":
        return f"finished{again}: {len(story['pairs'])} pairs"
    why = f" at {story['stage']}: {printable(story['detail'])}" if story["stage"] else ""
    return f"rejected as {outcome}{why}{again}"


def _spent(story: Mapping[str, Any]) -> str:
    money = "".join(f", {amount:.6f} {name}" for name, amount in story["cost"].items())
    return (
        f"{story['answered']} answers to {story['requests']} requests,"
        f" {story['input_tokens']} tokens in, {story['output_tokens']} out{money}"
    )


def _clock(at: int) -> str:
    from datetime import UTC, datetime

    if not at:
        return " " * len("2026-01-01 00:00:00")
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
