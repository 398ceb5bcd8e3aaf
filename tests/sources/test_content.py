"""Promises of judging content: text is taken as it is, all else has its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.items import Origin, Reason, item_id_of
from codeiod.sources.content import entry_of

HERE = Origin("s", "/s/a.py")
MAX = 1_000


@pytest.mark.parametrize(
    ("data", "reason", "detail"),
    [
        (b"", Reason.EMPTY, "no bytes"),
        (b" \n\t \r\n", Reason.EMPTY, "only white space"),
        ("\u2003\u00a0".encode(), Reason.EMPTY, "only white space"),
        (b"\xef\xbb\xbf", Reason.EMPTY, "no bytes"),
        (b"a\0b", Reason.BINARY, "a NUL at byte 1"),
        (b"\x01\x02\x03abc", Reason.BINARY, "3 of 6 bytes are control characters"),
        (b"# caf\xe9\n", Reason.NOT_UTF8, "byte 5: invalid continuation byte"),
        (b"ab\xed\xa0\x80", Reason.NOT_UTF8, "byte 2: invalid continuation byte"),
        ("x = 1\n".encode("utf-16"), Reason.NOT_UTF8, "a UTF-16 byte order mark at byte 0"),
        (b"x" * 1_001, Reason.OVERSIZED, "1,001 bytes; items.max_bytes is 1,000"),
    ],
)
def test_what_cannot_be_taken_has_a_reason(data: bytes, reason: Reason, detail: str) -> None:
    """Each kind of bad content is a fault that says what and where."""
    entry = entry_of(data, HERE, {}, MAX)
    assert entry.fault is not None
    assert (entry.fault.reason, entry.fault.detail, entry.content) == (reason, detail, "")


def test_a_byte_order_mark_is_no_content() -> None:
    """A file with a UTF-8 byte order mark is the same item as without."""
    marked = entry_of(b"\xef\xbb\xbfx = 1\n", HERE, {}, MAX)
    plain = entry_of(b"x = 1\n", HERE, {}, MAX)
    assert marked == plain
    assert plain.content == "x = 1\n"


def test_a_byte_order_mark_does_not_count_against_the_size() -> None:
    """Exactly ``max_bytes`` after the mark fit."""
    assert entry_of(b"\xef\xbb\xbf" + b"x" * MAX, HERE, {}, MAX).fault is None


@pytest.mark.parametrize("text", ["a\fb\v\n", "\x1b[0mred\n", "x\r\ny\r\n", "é" * 400])
def test_text_is_taken_as_it_is(text: str) -> None:
    """Form feeds, escapes and line ends of any kind are text, and nothing of it changes."""
    entry = entry_of(text.encode(), HERE, {}, MAX)
    assert (entry.fault, entry.content) == (None, text)


@given(st.binary(max_size=60))
def test_content_or_a_fault(data: bytes) -> None:
    """Any bytes give either their very text or a fault, never both, and the same id each time."""
    entry = entry_of(data, HERE, {}, MAX)
    bare = data.removeprefix(b"\xef\xbb\xbf")
    assert entry.item_id == item_id_of(bare)
    assert entry.content.encode() == (b"" if entry.fault else bare)
