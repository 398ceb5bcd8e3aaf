"""Promises of reading rows: strict about content, tolerant of the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.config import ItemsSettings
from codeiod.items import Entry, Origin, Reason, item_id_of
from codeiod.sources.lines import Gap
from codeiod.sources.rows import BadRow, Row, parse, row_entry

HERE = Origin("s", "/s/a.jsonl", 7)
ITEMS = ItemsSettings()


def entry_from(text: bytes, items: ItemsSettings = ITEMS) -> Entry:
    return row_entry(Row(7, 7, "line 7", text), HERE, items)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"nonsense", "not JSON: Expecting value at character 0"),
        (b'{"content": "x"', "not JSON: Expecting ',' delimiter at character 15"),
        (b'{"content": "x"} {}', "not JSON: Extra data at character 17"),
        (b'["content"]', "not an object"),
        (b"null", "not an object"),
        (b'"content"', "not an object"),
        (b"{}", "no field 'content'"),
        (b'{"text": "x"}', "no field 'content'"),
        (b'{"content": null}', "field 'content' is no text"),
        (b'{"content": 3}', "field 'content' is no text"),
        (b'{"content": ["x"]}', "field 'content' is no text"),
        (rb'{"content": "\ud800"}', "a string holds a lone surrogate"),
        (rb'{"content": "x", "path": "\uDfff"}', "a string holds a lone surrogate"),
        (rb'{"content": "x", "\udc00": 1}', "a string holds a lone surrogate"),
        (b'{"content": "\xff"}', "not UTF-8 at byte 13"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"content": "a\tb"}', "not JSON: Invalid control character at at character 14"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_with_its_number(line: bytes, why: str) -> None:
    """A malformed line is an entry of its own, named by its place, that says what is wrong."""
    entry = entry_from(line)
    assert entry.fault is not None
    assert entry.fault.reason is Reason.MALFORMED_LINE
    assert entry.fault.detail == f"line 7: {why}"
    assert entry.content == ""
    assert entry.origin == HERE


def test_two_malformed_lines_are_two_items() -> None:
    """Malformed lines are told apart by their places, even when they are the same."""
    there = row_entry(Row(8, 8, "line 8", b"x"), Origin("s", "/s/a.jsonl", 8), ITEMS)
    assert there.item_id != entry_from(b"x").item_id


def test_content_is_the_same_item_as_in_a_file() -> None:
    """The id is that of the content's UTF-8 bytes."""
    assert entry_from('{"content": "é\\n"}'.encode()).item_id == item_id_of("é\n".encode())


def test_a_surrogate_pair_is_one_character() -> None:
    """Escapes of characters beyond the basic plane are fine."""
    assert entry_from(rb'{"content": "\ud83d\ude00"}').content == "\U0001f600"


def test_metadata_is_text() -> None:
    """Fields of the settings that are there become text; null and NaN are absent."""
    entry = entry_from(
        b'{"content": "x", "path": "a/b.rs", "license": ["MIT"], "url": null, "blob_id": 12,'
        b' "source": NaN, "category": true, "other": "y"}'
    )
    assert entry.meta == {
        "path": "a/b.rs",
        "license": '["MIT"]',
        "blob_id": "12",
        "category": "true",
        "language": "Rust",
    }


def test_a_given_language_is_kept() -> None:
    """The extension fills a language in only where there is none."""
    entry = entry_from(b'{"content": "x", "path": "a.h", "language": "C++"}')
    assert entry.meta["language"] == "C++"


def test_the_fields_are_settings() -> None:
    """Content and metadata come from the fields that the settings name."""
    items = ItemsSettings(content_field="text", meta_fields=("repo",))
    entry = entry_from(b'{"text": "x", "repo": "r", "path": "p"}', items)
    assert (entry.content, entry.meta) == ("x", {"repo": "r"})


def test_numbers_elsewhere_do_not_matter() -> None:
    """NaN, Infinity and big numbers in other fields pass."""
    entry = entry_from(b'{"content": "x", "ios": [NaN, -Infinity, 1e999, ' + b"9" * 9_000 + b"]}")
    assert entry.fault is None


def test_a_row_too_long_is_oversized() -> None:
    """A row that was not held is an entry that tells the bound."""
    entry = row_entry(Row(7, 7, "line 7", Gap.TOO_LONG), HERE, ItemsSettings(max_bytes=1_000))
    assert entry.fault is not None
    assert entry.fault.reason is Reason.OVERSIZED
    assert entry.fault.detail == "line 7: longer than 73,536 bytes"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=4), st.booleans())
def test_any_object_is_read_as_it_was_written(fields: dict[str, Any], ascii_alone: bool) -> None:
    """What a JSON writer wrote is read back whole."""
    assert parse(json.dumps(fields, ensure_ascii=ascii_alone).encode()) == fields


@given(
    st.binary(max_size=80) | st.text(alphabet='{}[]":,\\udDcC8f0a e', max_size=40).map(str.encode)
)
def test_any_line_is_an_object_or_refused(line: bytes) -> None:
    """No bytes raise anything but BadRow, and what passes can be written as UTF-8."""
    try:
        fields = parse(line)
    except BadRow:
        return
    json.dumps(fields, ensure_ascii=False).encode()
