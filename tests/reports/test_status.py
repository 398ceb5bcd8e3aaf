"""The report holds exactly what the contract lists, and adds up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from codeiod.errors import DirectoryError
from codeiod.items import Origin, item_id_of
from codeiod.journal.disk import OsDisk
from codeiod.journal.places import Places
from codeiod.journal.replay import read_state
from codeiod.reports import read_report, report_of
from codeiod.reports.status import broken_equations

Fill = Callable[[Path], None]

REPORT = {
    "format": 1,
    "recipe": "r1",
    "entries": 6,
    "duplicates": 1,
    "items": {"finished": 2, "rejected": 2, "pending": 1},
    "rejected": {"fault": 1, "unparsable": 1},
    "samples": {
        "output_prediction": {"total": 2, "right_1": 0, "right_2": 2},
        "input_prediction": {"total": 0, "right_1": 0, "right_2": 0},
    },
    "rejected_samples": {"truncated": 2},
    "calls": {"answered": 1, "failed": 0, "truncated": 0, "in_flight_lost": 1},
    "tokens": {"input": 5, "cached": 1, "output": 7},
    "money": {"USD": 0.25},
    "cut_bytes": 0,
}


def test_report(tmp_path: Path, fill_directory: Fill) -> None:
    """``report.json`` is what ``status`` says: the contract's keys, in their order, no others."""
    fill_directory(tmp_path)
    written = (tmp_path / "report.json").read_bytes()
    assert json.loads(written) == REPORT
    assert list(json.loads(written)) == list(REPORT)
    assert read_report(tmp_path).to_json() == written
    assert read_report(tmp_path).work_left
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_lost_or_in_flight(tmp_path: Path, fill_directory: Fill) -> None:
    """A call in flight is lost where no daemon is alive, and only there."""
    fill_directory(tmp_path)
    state = read_state(tmp_path, OsDisk())
    assert report_of(state, alive=True).calls.in_flight_lost == 0
    assert report_of(state, alive=False).calls.in_flight_lost == 1


def test_not_ours(tmp_path: Path) -> None:
    """A directory without a journal has no report."""
    with pytest.raises(DirectoryError, match="not a codeiod directory"):
        read_report(tmp_path)


def test_equations(tmp_path: Path, fill_directory: Fill) -> None:
    """Both equations hold, and are named where they don't."""
    fill_directory(tmp_path)
    state = read_state(tmp_path, OsDisk())
    assert broken_equations(state) == []
    state.items += 1
    assert broken_equations(state) == [
        "6 entries are not 6 items + 1 duplicates",
        "6 items are not 2 finished + 2 rejected + 1 pending",
    ]
    state.items -= 1
    state.places = Places()
    state.places.add(item_id_of(b"one"), Origin("s", "one"))
    assert broken_equations(state) == ["1 entries are not 5 items + 1 duplicates"]
