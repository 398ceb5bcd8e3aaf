"""docs/dataset.md names every field and shows examples that the program made.

    CODEIOD_WRITE_DOCS=1 pytest tests/dataset/exports/test_export_docs.py

writes the examples anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codeiod.dataset.exports import Format, Keep, Options, export
from codeiod.dataset.exports.shapes import shape_of
from codeiod.dataset.labels import LABELS
from codeiod.dataset.lines import FIELDS
from codeiod.items import Pair, Status, Task
from codeiod.journal.records import Stream
from codeiod.sources.languages import language_of

from .conftest import RECIPE, RIGHT, WRONG, Asked, Made

DOCS = Path(__file__).parents[3] / "docs" / "dataset.md"
EXAMPLE = re.compile(r"<!-- example (\w+) (\w+) -->\n(.*?)<!-- end -->", re.DOTALL)
LONGEST = 160
SHAPES = {
    "released": Options(Format.HF, released_shape=True),
    "revised": Options(Format.SFT, revised=True),
} | {str(form): Options(form) for form in Format}
STEPS = Made(
    "Steps from n down to 1",
    (Asked(Task.OUTPUT_PREDICTION, 0, 0, (WRONG, RIGHT)),),
    (
        Pair('{"n": 6}', "8", 9823372036854775807),
        Pair('{"n": 7}', "16", 1180591620717411303),
    ),
    "def main_solution(n):\n    steps = 0\n    while n > 1:\n"
    "        n = n // 2 if n % 2 == 0 else 3 * n + 1\n        steps += 1\n    return steps",
    (
        'From 6 it goes to 3, 10, 5, 16, 8, 4, 2, 1: nine numbers.\n\n{"output": 9}',
        'The steps between nine numbers are eight.\n\n{"output": 8}',
    ),
    {"path": "src/steps.py", "license": "MIT"},
    "Here is a problem together with a Python function that solves it. [...]\n"
    'The arguments of the call:\n{"n": 6}',
    ("9", "8"),
    "Your answer is not right. You predicted that the function returns\n\n9\n\n[...]",
)


def shortened(value: Any) -> Any:
    """Cut long texts."""
    if value == RECIPE.digest:
        return "0123456789abcdef0123456789abcdef"  # it changes with every word of a prompt
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}..."
    if isinstance(value, list):
        return [shortened(part) for part in value]
    if isinstance(value, dict):
        return {name: shortened(part) for name, part in value.items()}
    return value


@pytest.fixture
def example_of(
    tmp_path: Path, write: Callable[..., Path], rows_read: Any
) -> Callable[[str, str], str]:
    """Return what writes the example of a config."""
    directory = write(STEPS)

    def example(name: str, config: str) -> str:
        out = tmp_path / name
        if not out.exists():
            export(directory, out, SHAPES[name], language_of)
        row = shortened(rows_read(out)[f"{config}/train"][0])
        return f"```json\n{json.dumps(row, indent=2, ensure_ascii=False)}\n```\n"

    return example


def test_examples(example_of: Callable[[str, str], str]) -> None:
    """Each example is what the program makes."""
    text = DOCS.read_text("utf-8")
    written = EXAMPLE.sub(
        lambda found: (
            f"<!-- example {found[1]} {found[2]} -->\n{example_of(found[1], found[2])}<!-- end -->"
        ),
        text,
    )
    if os.environ.get("CODEIOD_WRITE_DOCS"):
        DOCS.write_text(written, "utf-8")
    assert DOCS.read_text("utf-8") == written
    assert {found[1] for found in EXAMPLE.finditer(text)} == set(SHAPES)


def test_everything_is_named() -> None:
    """Every field, label, status, format, config, filter is in the text."""
    text = DOCS.read_text("utf-8")
    names = {*FIELDS[Stream.SAMPLES], *FIELDS[Stream.PROGRAMS], *LABELS}
    names |= {*map(str, Status), *map(str, Format), *map(str, Keep)}
    for options in SHAPES.values():
        shape = shape_of(options)
        names |= {*shape.configs, *(name for columns in shape.configs.values() for name in columns)}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
