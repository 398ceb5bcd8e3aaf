"""A sample as a person reads it: whole, within the width, and nothing in it steers the terminal."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from codeiod.cli.picture import SIDE_BY_SIDE_FROM_COLUMNS, picture, plain
from codeiod.cli.printable import one_line, printable
from codeiod.cli.typical import ORDER, kind_of, typical

PROMPT = "Solve it.\n\n## Code\n\n```python\ndef f(n):\n    return n\n```\n\nThe arguments:\n{}"
TEXTS = ("prompt", "turn_1", "turn_2", "feedback_1", "feedback_2", "reasoning_1", "model_1")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
HOSTILE = (
    "\x1b]0;title\x07 \x1b[2J \x1b]8;;http://x\x1b\\link \x9b31m \x90q\x9c a\b\b \r over"
    " \x7f \u202eback [red]markup[/red] [link=http://x]y[/link] __init__ <T> $x$"
)


def sample_of(task: str = "output_prediction", right: int = 1, **fields: Any) -> dict[str, Any]:
    """Return a sample that is right at a turn, or at none (0)."""
    second = {"turn_2": "I think again.", "feedback_2": "Success", "status_2": "success"}
    wrong = {**second, "feedback_2": "Still not.", "status_2": "mismatch"}
    return {
        "id": "ab" * 16,
        "item_id": "cd" * 16,
        "program_id": "ef" * 16,
        "task": task,
        "pair": 1,
        "prompt": PROMPT,
        "turn_1": "`n` is 3.\n\n```json\n{}\n```",
        "feedback_1": "Success" if right == 1 else "Not so.",
        "status_1": "success" if right == 1 else "mismatch",
        "model_1": "teacher",
        "model_2": "teacher",
        "reasoning_1": "",
        "reasoning_2": "",
        "trace_agreement": {"claims": 3, "true": 2},
        **({"turn_2": "", "feedback_2": "", "status_2": ""} if right == 1 else {}),
        **({1: {}, 2: second, 0: wrong}[right]),
        **fields,
    }


def drawn(sample: dict[str, Any], columns: int = 80, colours: str | None = None) -> str:
    """Draw a sample on a terminal that we read."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=columns,
        force_terminal=True,
        color_system=colours,  # type: ignore[arg-type]  # one of rich's names
        legacy_windows=False,
        _environ={},
    )
    console.print(picture(sample, columns))
    return out.getvalue()


def test_a_sample_on_a_terminal() -> None:
    """All parts stand there, with their titles, the verdict and what the claims are worth."""
    text = drawn(sample_of(right=2, reasoning_1="Hm."))
    places = [
        text.index(part)
        for part in (
            "output prediction, right at turn 2",
            "2 of 3 claims",
            "prompt",
            "def f(n):",
            "The arguments:",
            "hidden reasoning 1",
            "turn 1: teacher",
            "feedback 1: mismatch",
            "turn 2: teacher",
            "feedback 2: success",
        )
    ]
    assert places == sorted(places)


def test_code_has_colours_on_a_terminal_that_has_them() -> None:
    """Blocks of code are highlighted, and code in prose too."""
    text = drawn(sample_of(), colours="standard")
    assert re.search(r"\x1b\[[0-9;]*mdef\x1b", text)
    assert re.search(r"\x1b\[[0-9;]*m`n`\x1b", text)


def test_turns_stand_side_by_side_where_there_is_room() -> None:
    """Both titles on one line of a wide terminal, below each other on others."""
    sample = sample_of(right=2)

    def lines_with_both(columns: int) -> list[str]:
        lines = drawn(sample, columns).splitlines()
        return [line for line in lines if "turn 1: " in line and "turn 2: " in line]

    assert len(lines_with_both(SIDE_BY_SIDE_FROM_COLUMNS)) == 1
    assert lines_with_both(80) == []


def test_plain_text_is_whole() -> None:
    """In a pipe every text stands as it is, under a heading."""
    sample = sample_of(right=0)
    text = "\n".join(plain(sample))
    assert text.startswith("=== output prediction, never right\nsample " + sample["id"])
    for key in ("prompt", "turn_1", "feedback_1", "turn_2", "feedback_2"):
        assert sample[key] in text
    assert "--- feedback 2: mismatch" in text


def test_a_hostile_sample_does_not_steer_the_terminal() -> None:
    """Escape sequences are shown as text, markup too; nothing is swallowed."""
    sample = sample_of(right=2, **dict.fromkeys(TEXTS, HOSTILE))
    for text in (drawn(sample, 200), "\n".join(plain(sample))):
        assert CONTROL.search(text.replace("\n", "")) is None
        for shown in (r"\x1b]0;title\x07", r"\x9b31m", r"\u202e", "[red]markup[/red]", "__init__"):
            assert shown in text
    assert CONTROL.search(COLOURS.sub("", drawn(sample, 80, "truecolor")).replace("\n", "")) is None


ANY_TEXT = st.one_of(
    st.text(st.one_of(st.characters(codec="ascii"), st.sampled_from("\x1b[]m;0`\n\r\t#"))),
    st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("\x1b\x9b\u202e│"))),
).map(lambda text: text * 3)


@given(ANY_TEXT, ANY_TEXT, st.sampled_from(["", "```", "```python\n"]), st.integers(40, 200))
def test_any_text_is_drawn_within_the_width(one: str, other: str, fence: str, columns: int) -> None:
    """Whatever a sample holds, no line is too long and no control character gets out."""
    body = one + "\n" + fence + other
    sample = sample_of(right=2, prompt=body, turn_1=other, turn_2=body, model_1=one)
    text = drawn(sample, columns)
    assert CONTROL.search(text.replace("\n", "")) is None
    if body.isascii() and one.isascii():  # others have widths that terminals don't agree on
        assert max(map(cell_len, text.split("\n"))) <= columns
    assert CONTROL.search("".join(plain(sample)).replace("\n", "")) is None


@given(st.text(st.characters(codec="utf-8")))
def test_printable_text_is_kept(text: str) -> None:
    """What steers nothing is left as it is; the rest is named by its code."""
    shown = printable(text)
    assert CONTROL.search(shown.replace("\n", "").replace("\t", "")) is None
    if CONTROL.search(text.replace("\n", "")) is None and text.isascii():
        assert shown == text
    assert len(one_line(text, 20)) <= 20
    assert "\n" not in one_line(text, 20)


SAMPLES = st.lists(
    st.builds(
        sample_of,
        st.sampled_from(["output_prediction", "input_prediction"]),
        st.integers(0, 2),
        item_id=st.sampled_from("abcdef"),
        prompt=st.integers(1, 99).map("x".__mul__),
    ),
    max_size=12,
)


@given(SAMPLES, st.integers(1, 14))
def test_typical_samples_are_of_all_kinds(samples: list[dict[str, Any]], number: int) -> None:
    """As many as are asked for, each once, and a kind comes twice only after all others came."""
    for place, sample in enumerate(samples):
        sample["pair"] = place
    chosen = typical(samples, number)
    pairs = [sample["pair"] for sample in chosen]
    assert len(set(pairs)) == len(pairs) == min(number, len(samples))
    if number >= len(samples):
        assert chosen == samples
    elif number <= len({kind_of(sample) for sample in samples}):
        kinds = [kind_of(sample) for sample in chosen]
        there = {kind_of(sample) for sample in samples}
        assert kinds == [kind for kind in ORDER if kind in there][:number]


def test_a_typical_sample_is_of_middle_length_and_of_an_item_of_its_own() -> None:
    """Neither the shortest nor the longest is shown first, nor one item for all."""
    samples = [
        sample_of(task, item_id=item, prompt="x" * length)
        for task in ("output_prediction", "input_prediction")
        for item, length in (("one", 10), ("two", 50), ("three", 900))
    ]
    first, second = typical(samples, 2)
    assert (first["item_id"], len(first["prompt"])) == ("two", 50)
    assert second["item_id"] != "two"


@pytest.mark.parametrize("missing", ["trace_agreement"])
def test_a_sample_of_an_older_version_is_shown(missing: str) -> None:
    """A field that came later is not needed to read it."""
    sample = sample_of()
    del sample[missing]
    assert "claims" not in drawn(sample)
