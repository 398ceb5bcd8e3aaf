"""Names of content: no two things share one, and the same thing has one name everywhere."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod import errors
from codeiod.errors import CodeiodError, ExitStatus
from codeiod.items import Instance, Pair, Task, canonical, digest, item_id_of

parts = st.lists(st.text() | st.binary(), max_size=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def as_bytes(some: list[str | bytes]) -> list[bytes]:
    return [p.encode("utf-8", "surrogatepass") if isinstance(p, str) else p for p in some]


@given(parts, parts)
def test_digest_names_the_list_of_parts(one: list[str | bytes], other: list[str | bytes]) -> None:
    """Two lists have the same digest exactly if they hold the same parts in the same places."""
    assert (digest(*one) == digest(*other)) == (as_bytes(one) == as_bytes(other))


@given(st.text(min_size=1), st.text(min_size=1))
def test_digest_is_not_of_the_joined_text(one: str, other: str) -> None:
    """Where one part ends and the next begins is part of the name."""
    assert digest(one, other) != digest(one + other)
    assert digest(one, other) != digest(one, other, "")
    assert digest(one, other) != digest("", one, other)


def test_digest_takes_any_text() -> None:
    """A lone surrogate, as a teacher may send it, has a name as well."""
    assert digest("\ud800") != digest("\ud801")
    assert len(digest()) == 32


def test_item_id_is_of_the_bytes() -> None:
    """The id of an item is BLAKE2b-128 of its content, as b2sum -l 128 prints it."""
    assert item_id_of(b"") == "cae66941d9efbd404e4d88758ea67670"


@given(json_values)
def test_canonical_is_read_back_as_it_was(value: Any) -> None:
    """Nothing is lost, and writing it again gives the same text."""
    text = canonical(value)
    assert text.isascii()
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(st.text(), st.integers()))
def test_canonical_knows_no_order_of_keys(value: dict[str, int]) -> None:
    """Objects of the same keys and values have one text."""
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def test_canonical_tells_numbers_apart() -> None:
    """1, 1.0 and true are three texts; big integers keep every digit; NaN is refused."""
    assert len({canonical(value) for value in (1, 1.0, True, "1")}) == 4
    assert canonical([10**30, 0.1]) == f"[{10**30},0.1]"
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


def test_the_keys_of_instances() -> None:
    """A task's name gives the asked key and the stem of the durable steps' keys."""
    assert (Task.OUTPUT_PREDICTION.asked, Task.INPUT_PREDICTION.asked) == ("output", "input")
    assert Instance(Task.OUTPUT_PREDICTION, 3, 0).key == "out/3/0"
    assert Instance(Task.INPUT_PREDICTION, 0, 2).key == "in/0/2"
    pair = Pair('{"n": 1}', "2", 7)
    assert (pair.side("input"), pair.side("output")) == ('{"n": 1}', "2")


def test_every_error_has_a_documented_status() -> None:
    """Each error that an operator sees ends in the exit status that the contract gives it."""
    statuses = {
        name: error.exit_status
        for name, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, CodeiodError)
    }
    assert statuses == {
        "CodeiodError": ExitStatus.OTHER,
        "SettingsError": ExitStatus.SETTINGS,
        "EndpointRefused": ExitStatus.SETTINGS,
        "WorkLeft": ExitStatus.WORK_LEFT,
        "EndpointsGone": ExitStatus.WORK_LEFT,
        "DiskFull": ExitStatus.WORK_LEFT,
        "DirectoryError": ExitStatus.DIRECTORY,
        "Damaged": ExitStatus.DIRECTORY,
        "DiskFailed": ExitStatus.DIRECTORY,
    }
    assert {status.value for status in ExitStatus} == {0, 1, 2, 3, 4}
