"""The statistics of a run: as who counts all lines apart has them; for people, JSON, a page."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest
from anyio import to_thread
from hypothesis import given
from hypothesis import strategies as st

from codeiod.items import Pair, Status, Task
from codeiod.reports.statistics import Lengths, figures, gather, page
from codeiod.reports.statistics.values import kind_of, kinds_of_arguments
from codeiod.sources.languages import language_of
from codeiod.web.stopped import Stopped

from .conftest import RIGHT, WRONG, Asked, Made, write_items

INPUT = Task.INPUT_PREDICTION
HOSTILE = '<script>alert("x")</script>'
PAIRS = (
    Pair('{"n": 1, "s": "a, b"}', '{"k": [1, 2]}', 1),
    Pair('{"n": -2.5e3, "s": ""}', "null", 2),
    Pair('{"n": 12345678901234567890123, "s": "}"}', "1.0", 3),
)
ITEMS = [
    Made("one", (Asked(), Asked(INPUT, 1, 0, (WRONG, RIGHT)))),
    Made("two", (Asked(INPUT, 0, 0, (WRONG, WRONG)), Asked(INPUT, 1, 0, (Status.TIMEOUT, WRONG)))),
    Made("three", (Asked(),), pairs=PAIRS, meta={"source": HOSTILE, "language": "Rust"}),
]


@pytest.fixture
async def directory(tmp_path: Path) -> Path:
    await write_items(tmp_path / "out", ITEMS)
    return tmp_path / "out"


async def test_it_counts_what_the_lines_hold(directory: Path) -> None:
    """By source and direction, by turn and status, lengths and kinds: as counted apart."""
    found = (await to_thread.run_sync(gather, directory, language_of)).counted
    (path,) = (directory / "dataset/samples").iterdir()
    samples = [json.loads(line) for line in path.read_text().splitlines()]
    for task in Task:
        mine = [one for one in samples if one["task"] == task]
        outcome = found.total.tasks[task]
        assert outcome.instances == len(mine)
        assert outcome.right_1 == sum(one["status_1"] == "success" for one in mine)
        assert outcome.right_2 == sum(one["status_2"] == "success" for one in mine)
        assert found.statuses[task]["1"] == Counter(one["status_1"] for one in mine)
    assert found.lengths["prompt"].spread().count == len(samples) == 5
    assert found.lengths["turn_2"].spread().count == 3
    assert found.total.programs == found.total.files == 3
    assert found.total.pairs == 4 + 4 + 3
    assert {name: source.programs for name, source in found.sources.items()} == {
        "code": 2,
        HOSTILE: 1,
    }
    assert found.sources[HOSTILE].tasks[Task.OUTPUT_PREDICTION].right_1 == 1
    assert found.results == {"int": 8, "object": 1, "null": 1, "float": 1}
    assert found.arguments == {"int": 8 + 2, "float": 1, "string": 3}
    assert found.languages == {"Python": 2, "Rust": 1}


async def test_a_directory_may_have_any_name(directory: Path) -> None:
    """Bytes of it that are not UTF-8 are written so that all can show them: here, and in a view."""

    def told(renamed: Path) -> list[bytes]:
        found = gather(directory.rename(renamed), language_of)
        affairs = Stopped.read(renamed).affairs()
        return [found.to_json(), page(found).encode(), orjson.dumps(affairs)]

    shown = await to_thread.run_sync(told, directory.with_name("bad\udcff"))
    assert all(b"xff" in one for one in shown)


async def test_the_json_holds_all_of_it(directory: Path) -> None:
    """Each count is there, with spreads in place of counted lengths."""
    statistics = await to_thread.run_sync(gather, directory, language_of)
    told = json.loads(statistics.to_json())
    assert told["report"]["items"]["finished"] == told["total"]["programs"] == 3
    assert told["sources"][HOSTILE]["pairs"] == 3
    assert told["lengths"]["prompt"]["count"] == 5
    assert told["statuses"][INPUT]["1"] == {"mismatch": 2, "timeout": 1}
    names = [figure.name for figure in figures(statistics)]
    assert len(names) == len(set(names))


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_the_page_needs_nothing_else_and_shows_hostile_names_as_text(directory: Path) -> None:
    """No script, no address of anything, what comes from data is text."""
    written = page(await to_thread.run_sync(gather, directory, language_of))
    read = _Page()
    read.feed(written)
    assert not {tag for tag, _ in read.tags} & {"script", "link", "img", "iframe", "a"}
    assert not re.search(r"https?:|url\(|@import|\son\w+=", written)
    assert HOSTILE in read.text
    assert "rect" in {tag for tag, _ in read.tags}


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_spreads_are_exact(values: list[int]) -> None:
    """Percentiles are values that were seen, and as many reach them as they say."""
    lengths = Lengths()
    for value in values:
        lengths.add(value)
    spread, ordered = lengths.spread(), sorted(values)
    assert (spread.least, spread.most) == (ordered[0], ordered[-1])
    assert spread.mean == pytest.approx(sum(values) / len(values))
    for share, value in ((5, spread.p5), (50, spread.median), (95, spread.p95)):
        assert value in values
        assert 100 * sum(one <= value for one in values) >= share * len(values)
        assert 100 * sum(one < value for one in values) < share * len(values)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = {
    type(None): "null",
    bool: "bool",
    int: "int",
    float: "float",
    str: "string",
    list: "list",
    dict: "object",
}


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_kinds_are_told_from_the_text(arguments: dict[str, object]) -> None:
    """Whatever stands inside strings and nested values, and in both ways of spacing."""
    expected = [NAMES[type(value)] for value in arguments.values()]
    for separators in ((", ", ": "), (",", ":")):
        text = json.dumps(arguments, separators=separators)
        assert list(kinds_of_arguments(text)) == expected
    for value, name in zip(arguments.values(), expected, strict=True):
        assert kind_of(json.dumps(value)) == name
