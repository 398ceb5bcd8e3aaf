"""Draw a sample: panels with highlighting on a terminal, plain text with headings elsewhere.

May import ``items``, ``typical``, ``printable`` and rich. Texts are shown as they are: they are not
rendered as Markdown, which would swallow parts of them, and nothing in them is markup of rich.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from rich.console import Group
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from codeiod.cli.printable import printable
from codeiod.cli.typical import Sample, right_turn
from codeiod.items import Status

if TYPE_CHECKING:
    from rich.console import RenderableType

SIDE_BY_SIDE_FROM_COLUMNS = 150
"""Each turn then has lines of a length that is read with ease."""
LONGEST_LINE_COLUMNS = 120
"""Of what has the width of the terminal to itself."""
CODE_THEME = "ansi_dark"
"""Made of the terminal's own colours, so that it fits dark and light ones."""
_SHORT_ID = 12

_FENCE = re.compile(
    r"^[ \t]*```[ \t]*([\w+-]{0,20})[^\n]*\n(.*?)(?:^[ \t]*```[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_CODE = re.compile(r"`[^`\n]+`")
_HEADING = re.compile(r"(?m)^#{1,6} .*$")
Section: TypeAlias = tuple[str, str]
"""A title and what stands under it."""


@dataclass(frozen=True, slots=True)
class _Turn:
    number: str
    status: str
    sections: tuple[Section, ...]


def heading_of(sample: Sample) -> str:
    """Say in a line what kind of sample it is, and how it ended."""
    turn = right_turn(sample)
    ended = f"right at turn {turn}" if turn else "never right"
    return printable(f"{sample['task'].replace('_', ' ')}, {ended}")


def facts_of(sample: Sample, id_length: int | None = None) -> str:
    """Name the sample, its program and item, and what its reasoning was found to be worth."""
    names = (
        f"sample {sample['id'][:id_length]}",
        f"program {sample['program_id'][:id_length]}",
        f"item {sample['item_id'][:id_length]}",
        f"pair {sample['pair']}",
    )
    return printable("  ".join(names)) + _worth(sample)


def _worth(sample: Sample) -> str:
    agreed = sample.get("trace_agreement")  # what was written by an older version has none
    if not agreed or not agreed["claims"]:
        return ""
    return f"\n{agreed['true']} of {agreed['claims']} claims about values agree with a trace"


def plain(sample: Sample) -> Iterator[str]:
    """Yield the lines of a sample for a file or a pipe."""
    yield f"=== {heading_of(sample)}"
    yield facts_of(sample)
    yield from _plain_section("prompt", sample["prompt"])
    for turn in _turns(sample):
        for title, text in turn.sections:
            yield from _plain_section(title, text)


def _plain_section(title: str, text: str) -> Iterator[str]:
    yield ""
    yield f"--- {printable(title)}"
    yield printable(text)


def picture(sample: Sample, columns: int) -> Group:
    """Draw a sample for a terminal that is so many columns wide."""
    turns = list(_turns(sample))
    width = min(columns, LONGEST_LINE_COLUMNS)
    is_beside = len(turns) > 1 and columns >= SIDE_BY_SIDE_FROM_COLUMNS
    drawn = [_turn_picture(turn, columns // 2 if is_beside else width) for turn in turns]
    return Group(
        Rule(Text(heading_of(sample), style="bold"), align="left", style=_colour(sample)),
        Text(facts_of(sample, _SHORT_ID), style="dim"),
        _panel("prompt", sample["prompt"], "dim", width),
        *([_beside(drawn)] if is_beside else drawn),
    )


def _beside(drawn: list[Group]) -> Table:
    table = Table.grid()
    table.add_row(*drawn)
    return table


def _turns(sample: Sample) -> Iterator[_Turn]:
    for number in ("1", "2"):
        status = sample[f"status_{number}"]
        if not status:
            continue
        sections = [
            (f"hidden reasoning {number}", sample[f"reasoning_{number}"]),
            (f"turn {number}: {sample[f'model_{number}']}", sample[f"turn_{number}"]),
            (f"feedback {number}: {status}", sample[f"feedback_{number}"]),
        ]
        yield _Turn(number, status, tuple(each for each in sections if each[1]))


def _turn_picture(turn: _Turn, width: int) -> Group:
    colour = "green" if turn.status == Status.SUCCESS else "yellow"
    panels = [
        _panel(title, text, colour if title.startswith("feedback") else "none", width)
        for title, text in turn.sections
    ]
    return Group(*panels)


def _colour(sample: Sample) -> str:
    return "green" if right_turn(sample) else "yellow"


def _panel(title: str, text: str, border: str, width: int) -> Panel:
    return Panel(
        Group(*_body(text)),
        title=Text(printable(title)),
        title_align="left",
        border_style=border,
        width=width,
    )


def _body(text: str) -> Iterator[RenderableType]:
    """Yield prose as text, and each block of code with its colours, an empty line between them."""
    text = printable(text)
    end = 0
    for block in _FENCE.finditer(text):
        yield from _prose(text[end : block.start()], "\n")
        yield _code(*block.groups())
        end = block.end()
        if text[end:].strip():
            yield Text()
    yield from _prose(text[end:], "")


def _prose(text: str, end: str) -> Iterator[Text]:
    if not text.strip():
        return
    shown = Text(text.strip("\n") + end)
    shown.highlight_regex(_HEADING, "bold")
    shown.highlight_regex(_CODE, "cyan")
    yield shown


def _code(language: str, code: str) -> Syntax:
    return Syntax(
        code.rstrip("\n"),
        language or "text",
        theme=CODE_THEME,
        background_color="default",
        word_wrap=True,
    )
