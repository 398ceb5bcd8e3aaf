"""Promises of cutting lines: all of them, in bounded memory."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from codeiod.sources.lines import Gap, lines


def cut(data: bytes, chunk: int, most: int) -> list[bytes | Gap]:
    stream = io.BytesIO(data)
    read: Callable[[int], bytes] = lambda _: stream.read(chunk)  # noqa: E731 -- a reader of chunks
    return [line for line in lines(read, most) if line is not Gap.PAUSE]


@given(
    st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")), max_size=8),
    st.integers(1, 20),
    st.integers(0, 12),
    st.booleans(),
)
def test_lines_are_those_of_the_stream(
    whole: list[bytes], chunk: int, most: int, ended: bool
) -> None:
    """However it is read, a stream gives its lines, and TOO_LONG for each that is too long."""
    data = b"\n".join(whole) + (b"\n" if ended and whole else b"")
    expected = data.split(b"\n")
    if expected[-1] == b"":
        expected.pop()
    assert cut(data, chunk, most) == [
        line if len(line) <= most else Gap.TOO_LONG for line in expected
    ]


def test_a_long_line_is_not_held() -> None:
    """A line of 200 MB costs no more than some chunks, and the next line is whole."""
    chunks = [b"x" * 1_000_000] * 200 + [b"\nnext\n"]
    supply = iter(chunks)
    tracemalloc.start()
    found = [
        line for line in lines(lambda _: next(supply, b""), 5_000_000) if line is not Gap.PAUSE
    ]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [Gap.TOO_LONG, b"next"]
    assert peak < 16_000_000


def test_there_is_a_pause_before_each_read() -> None:
    """A consumer gets to breathe in the midst of a line that never ends."""
    supply = iter([b"x"] * 5)
    found = list(lines(lambda _: next(supply, b""), 3))
    assert found == [Gap.PAUSE] * 6 + [Gap.TOO_LONG]
