"""Limits by the names that an operator uses, and what may change while a daemon goes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.config import Settings, load
from codeiod.errors import SettingsError
from codeiod.service.control.wishes import OF_BUDGET, OF_ENDPOINTS, in_force, wished
from codeiod.service.limits import LIVE_KEYS, differences, is_live

NAMES = ("a", "b.c")


def two_endpoints(*assignments: str) -> Settings:
    assigned = [f"endpoint.{n}.name={name}" for n, name in enumerate(NAMES)]
    for n in range(2):
        assigned += [f"endpoint.{n}.base_url=http://127.0.0.1:1/v1", f"endpoint.{n}.model=m"]
    return load(None, [*assigned, *assignments], environ={}).settings


BEFORE = two_endpoints()
LIMIT = st.sampled_from(
    [
        *OF_ENDPOINTS,
        *(f"{name}.{key}" for name in NAMES for key in OF_ENDPOINTS),
        *OF_BUDGET,
        "workers",
    ]
)


@given(st.dictionaries(LIMIT, st.integers(1, 10**6), min_size=1))
def test_what_is_wished_is_in_force_and_nothing_else(wishes: dict[str, int]) -> None:
    """Of two wishes for one limit the later holds; all that differs may change at any time."""
    after = wished(BEFORE, wishes)
    limits = in_force(after, 2)
    told = in_force(BEFORE, 2)
    for name, value in wishes.items():
        told |= {key: value for key in told if key == name or _is_of(key, name)}
    told |= {"workers": after.sandbox.workers or 2}
    assert limits == told
    assert all(is_live(one.key) for one in differences(BEFORE, after))
    assert wished(after, in_force(BEFORE, 2) | {"workers": 0}) == BEFORE


def _is_of(key: str, name: str) -> bool:
    return name in OF_ENDPOINTS and key in [f"{endpoint}.{name}" for endpoint in NAMES]


@given(st.dictionaries(LIMIT, st.text() | st.none() | st.floats() | st.lists(st.integers())))
def test_any_value_is_taken_or_refused(wishes: dict[str, object]) -> None:
    """Whatever comes over the socket is a limit or a refusal."""
    with suppress(SettingsError):
        after = wished(BEFORE, wishes)
        assert all(is_live(one.key) for one in differences(BEFORE, after))


@pytest.mark.parametrize(
    "assignment",
    [
        "predict.output_pairs=1",
        "output.dir=other",
        "endpoint.0.model=other",
        "endpoint.0.base_url=http://127.0.0.1:2/v1",
        "endpoint.0.name=other",
        "endpoint.0.concurrency=fixed",
        "sandbox.memory_bytes=100000000",
        "service.socket=/run/s",
        "service.listen=",
        "journal.retention=drop",
        "teacher.kind=builtin",
        "sample.seed=3",
    ],
)
def test_what_needs_a_restart(assignment: str) -> None:
    """What shapes the data, or was opened at the start, does not change while a daemon goes."""
    found = list(differences(BEFORE, two_endpoints(assignment)))
    assert found
    assert not all(is_live(one.key) for one in found)


def test_endpoints_that_changed_places() -> None:
    """The same endpoints in another order are no change of one of them."""
    swapped = load(
        None,
        [
            *(f"endpoint.{n}.name={name}" for n, name in enumerate(reversed(NAMES))),
            *(f"endpoint.{n}.base_url=http://127.0.0.1:1/v1" for n in range(2)),
            *(f"endpoint.{n}.model=m" for n in range(2)),
        ],
        environ={},
    ).settings
    (found,) = differences(BEFORE, swapped)
    assert found.key == "endpoint"
    assert not is_live(found.key)


def test_the_docs_name_what_can_change() -> None:
    """Each limit, and each setting that is read anew, stands in docs/control.md."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "control.md").read_text()
    for name in (*OF_ENDPOINTS, *OF_BUDGET, "workers"):
        assert f"`{name}`" in text
    rates = [f"`{name}`" for name in OF_ENDPOINTS if name.endswith("_per_minute")]
    for key in LIVE_KEYS:
        shown = key.replace("endpoint.*.", "")
        assert (
            all(rate in text for rate in rates) if shown.startswith("*") else f"`{shown}`" in text
        )
