"""A daemon that watches, and writers that put files there in every way: the rig of bench/watching.

The long form is ``python bench/watching.py``: 50,000 files, and five kills.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

from watching_parts.teacher import teaching
from watching_parts.trial import Trial, try_it

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder with a name so short that a socket can lie in it."""
    with tempfile.TemporaryDirectory(prefix="cw-") as name:
        yield Path(name)


@pytest.mark.parametrize(("kills", "taken"), [(0, "keep"), (2, "move")])
def test_every_content_that_stood_is_taken_once(folder: Path, kills: int, taken: str) -> None:
    """Renamed, written slowly, linked, overwritten, deleted: all that stood, and nothing half."""
    trial = Trial(folder, files=200, kills=kills, settle_seconds=1.0, rate=100, taken=taken)
    with teaching() as teacher:
        found = try_it(trial, teacher)
    assert found.standing >= 190
    assert found.missing == found.torn == []
    assert found.unfinished == 0
    assert found.asked_again <= found.in_flight_lost
    assert found.check == ""
    if taken == "move":
        assert not list(trial.watched.glob("[rsld]0/**/*.py"))
        assert len(list(trial.watched.glob("done/**/*.py"))) > 150
