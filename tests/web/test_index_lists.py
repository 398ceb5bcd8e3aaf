"""Every list shows what fits its filters, all of it, once, in one order."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.items import Status, Task
from codeiod.journal.records import Stream
from codeiod.web.index.asks import ItemAsk, ItemsAsk, SampleAsk, SampleRow, SamplesAsk
from codeiod.web.index.choices import filters
from codeiod.web.index.items import ItemLists
from codeiod.web.index.lines import Lines
from codeiod.web.index.samples import SampleLists
from codeiod.web.index.search import CURSOR, Cursor
from codeiod.web.index.tables import Tables, joined, keys_of, split
from codeiod.web.index.wholes import NotThere, Wholes, pairs_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
FILTERS = [
    {},
    {"task": Task.INPUT_PREDICTION},
    {"status": "right"},
    {"status": "wrong", "turn": 1},
    {"status": "right", "turn": 2},
    {"turn": 2},
    {"status": Status.TIMEOUT, "turn": 1},
    {"model": "m1"},
    {"model": "m1", "status": "right", "task": Task.OUTPUT_PREDICTION},
    {"model": "none"},
    {"q": "matrix"},
    {"q": "count mat"},
    {"q": "zahler"},
    {"q": "matrix", "status": "wrong"},
    {"q": "file_12 matrix"},
    {"q": "nowhere"},
    {"q": '"; DROP TABLE item --'},
    {"reason": "truncated"},
    {"reason": "truncated", "q": "matrix"},
]


def all_pages(tables: Tables, limit: int, **given: Any) -> list[SampleRow]:
    """Leaf through a list to its end."""
    rows: list[SampleRow] = []
    after = ""
    while True:
        page = SampleLists(tables).page(SamplesAsk(**given, after=after, limit=limit), 0)
        rows += page.samples
        if not page.next:
            return rows
        after = page.next


def reads(dataset: Any, given: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Find the same by reading every line, in the order of the files."""
    stream = Stream.REJECTS if "reason" in given else Stream.SAMPLES
    paths = {line["item_id"]: line["path"] for line in dataset.lines(Stream.PROGRAMS)}
    return [
        (line.get("id", ""), line["item_id"], line["sample"])
        for line in dataset.lines(stream)
        if line["task"] and _fits(line, given, paths.get(line["item_id"], ""))
    ]


def _fits(line: dict[str, Any], given: dict[str, Any], path: str) -> bool:
    first, second = line.get("status_1", ""), line.get("status_2", "")
    status = (second or first, first, second)[given.get("turn", 0)]
    if given.get("turn") and not status:
        return False
    match given.get("status"):
        case "right" if status != "success":
            return False
        case "wrong" if status == "success":
            return False
        case Status() as one if status != one:
            return False
    same = all(line.get(at) == given[key] for key, at in _SAME.items() if key in given)
    text = f"{path} count every {path.split('/')[1]} of the house".lower()
    words = given.get("q", "").replace("zahler", "zähler").replace("_", " ").split()
    return same and all(word in text for word in words)


_SAME = {"task": "task", "model": "model_1", "reason": "reason"}


@pytest.mark.parametrize("given", FILTERS, ids=str)
@pytest.mark.parametrize("limit", [1, 7, 200])
def test_leafing_through_shows_all_that_fits_once_the_newest_first(
    filled: Any, tables: Tables, given: dict[str, Any], limit: int
) -> None:
    """A list is what a reader of all lines finds, from the end."""
    found = [(row.id, row.item_id, row.sample) for row in all_pages(tables, limit, **given)]
    assert found == reads(filled, given)[::-1]


@pytest.mark.parametrize("given", [one for one in FILTERS if "reason" not in one], ids=str)
def test_neighbours_are_those_of_the_list(
    filled: Any, tables: Tables, given: dict[str, Any]
) -> None:
    """Next and previous lead through the very list that was filtered."""
    wholes = Wholes(tables, Lines(filled.directory))
    rows = all_pages(tables, 200, **given)
    ids = ["", *(row.id for row in rows), ""]
    for before, here, after in zip(ids, ids[1:], ids[2:], strict=False):
        whole = orjson.loads(wholes.sample(SampleAsk(here, SamplesAsk(**given))))
        assert (whole["previous"], whole["next"]) == (before, after)


def test_totals_are_told_where_they_are_counted(filled: Any, tables: Tables) -> None:
    """A total is exact, or -1 where only leafing through could tell."""
    lists = SampleLists(tables)
    everything = reads(filled, {})
    assert lists.page(SamplesAsk(limit=1), 0).total == len(everything)
    right = reads(filled, {"status": "right"})
    assert lists.page(SamplesAsk(status="right", limit=1), 0).total == len(right)
    assert lists.page(SamplesAsk(q="matrix", limit=1), 0).total == -1
    assert lists.page(SamplesAsk(q="nowhere"), 0).total == 0


def test_the_beginning_of_an_id_finds_samples_and_items(filled: Any, tables: Tables) -> None:
    """What stands in an address or a log can be pasted into the search."""
    line = filled.lines(Stream.SAMPLES)[5]
    found = all_pages(tables, 50, q=line["id"][:9])
    assert [row.id for row in found] == [line["id"]]
    of_item = [
        one["id"] for one in filled.lines(Stream.SAMPLES) if one["item_id"] == line["item_id"]
    ]
    assert [row.id for row in all_pages(tables, 50, q=line["item_id"])][::-1] == of_item
    assert [row.id for row in all_pages(tables, 1, item=line["item_id"])][::-1] == of_item


def test_a_whole_sample_is_its_line_and_its_programs_unchanged(filled: Any, tables: Tables) -> None:
    """Nothing of a line passes through a parser: big numbers stay what they are."""
    wholes = Wholes(tables, Lines(filled.directory))
    line = filled.lines(Stream.SAMPLES)[7]
    whole = orjson.loads(wholes.sample(SampleAsk(line["id"], SamplesAsk())))
    assert whole["sample"] == line
    programs = {one["item_id"]: one for one in filled.lines(Stream.PROGRAMS)}
    assert whole["program"] == programs[line["item_id"]]
    with pytest.raises(NotThere):
        wholes.sample(SampleAsk("0" * 32, SamplesAsk()))


def test_a_whole_item_has_its_pairs_as_the_text_that_they_are(filled: Any, tables: Tables) -> None:
    """An integer of thirty digits and 1.10 come out as they went in."""
    wholes = Wholes(tables, Lines(filled.directory))
    line = next(one for one in filled.lines(Stream.PROGRAMS) if "file_12." in one["path"])
    whole = orjson.loads(wholes.item(ItemAsk(line["item_id"])))
    assert whole["pairs"] == [{"input": '{"n": 1300000000000000000000001}', "output": "1.10"}]
    assert whole["item"]["status"] == "finished"
    assert len(whole["samples"]) == whole["item"]["samples"] == 12 % 5
    rejected = next(one for one in filled.lines(Stream.REJECTS) if not one["task"])
    whole = orjson.loads(wholes.item(ItemAsk(rejected["item_id"])))
    assert whole["item"]["detail"] == "why"
    with pytest.raises(NotThere):
        wholes.item(ItemAsk("0" * 32))


def test_items_are_listed_by_what_became_of_them(filled: Any, tables: Tables) -> None:
    """Finished and rejected items, with what they gave, and why not."""
    lists = ItemLists(tables, Lines(filled.directory))
    page = lists.page(ItemsAsk(limit=200), 0)
    assert page.total == len(page.items) == 40
    newest = next(row for row in page.items if row.status == "rejected")
    assert newest.path.endswith("file_39.py")
    rejected = lists.page(ItemsAsk(status="rejected", reason="timeout"), 0)
    assert rejected.total == 5
    assert {(row.stage, row.reason, row.detail) for row in rejected.items} == {
        ("unify", "timeout", "why")
    }
    row = next(row for row in page.items if "file_4." in row.path)
    lines = [one for one in filled.lines(Stream.SAMPLES) if one["item_id"] == row.item_id]
    assert row.samples == 4
    assert row.right_1 == sum(one["status_1"] == "success" for one in lines)
    assert row.right_2 == sum(one["status_2"] == "success" for one in lines)
    assert row.cost == sum(one["cost"] for one in lines)
    assert [one.path for one in lists.page(ItemsAsk(q="file_39"), 0).items] == [
        "src/Zähler/file_39.py"
    ]


def test_what_can_be_filtered_by_is_told_with_how_much_there_is(
    filled: Any, tables: Tables
) -> None:
    """The numbers beside the filters are those of the lists."""
    told = filters(tables)
    for task, count in told.tasks.items():
        assert count == len(all_pages(tables, 200, task=task))
    for model, count in told.models.items():
        assert count == len(all_pages(tables, 200, model=model))
    assert told.item_statuses == {"finished": 30, "rejected": 10}
    assert told.reasons == {"truncated": len(all_pages(tables, 200, reason="truncated"))}


@given(st.from_regex(CURSOR, fullmatch=True))
def test_any_text_of_the_form_of_a_cursor_is_one(text: str) -> None:
    """No cursor of a stranger's making is more than a place in a list."""
    cursor = Cursor.read(text)
    assert 0 <= min(cursor) <= max(cursor) <= 1 << 62


@given(st.integers(0, 1 << 62), st.integers(0, 1 << 62))
def test_cursors_are_read_as_they_were_written(item: int, row: int) -> None:
    """A page goes on where the one before it ended."""
    written = Cursor(item, row).write()
    assert CURSOR.fullmatch(written)
    assert Cursor.read(written) == Cursor(item, row)


@given(st.binary(min_size=16, max_size=16), st.integers(1, 16))
def test_ids_are_split_and_joined_without_loss(data: bytes, length: int) -> None:
    """An id is found by its beginning, whatever its first bit says."""
    assert joined(*split(data.hex())) == data.hex()
    low, high = keys_of(data.hex()[:length])
    assert low <= split(data.hex())[0] <= high


@given(st.lists(st.tuples(VALUES, VALUES), max_size=4))
def test_pairs_are_taken_apart_as_text(values: list[tuple[Any, Any]]) -> None:
    """Each side is the text that stands in the line."""

    texts = [(json.dumps(left), json.dumps(right)) for left, right in values]
    ios = ", ".join(f'{{"input": {left}, "output": {right}}}' for left, right in texts)
    found = [(one["input"], one["output"]) for one in pairs_of(f"[{ios}]")]
    assert found == texts
