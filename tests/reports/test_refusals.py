"""Why items gave no program is counted from the rejects, as far as they are committed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codeiod.errors import Damaged
from codeiod.items import item_id_of
from codeiod.journal.disk import OsDisk
from codeiod.journal.records import Stream
from codeiod.journal.replay import read_state
from codeiod.reports.refusals import refusals

PART = Path("rejects", "part-00000.jsonl")


def test_refusals_are_those_of_whole_items(
    tmp_path: Path, fill_directory: Callable[[Path], None]
) -> None:
    """Not those of samples, nor faults, nor what stands behind the last commit."""
    fill_directory(tmp_path)
    ends = read_state(tmp_path, OsDisk()).ends[Stream.REJECTS]
    assert refusals(tmp_path, ends) == {"why": 1}
    with (tmp_path / PART).open("ab") as part:
        part.write(b'{"torn')
    assert refusals(tmp_path, ends) == {"why": 1}
    assert not refusals(tmp_path, {})
    assert not refusals(tmp_path, ends, {item_id_of(b"poor"): 1})  # it was taken up again since


def test_rejects_that_are_gone_are_damage(
    tmp_path: Path, fill_directory: Callable[[Path], None]
) -> None:
    fill_directory(tmp_path)
    ends = read_state(tmp_path, OsDisk()).ends[Stream.REJECTS]
    (tmp_path / PART).unlink()
    with pytest.raises(Damaged, match=f"{PART} can't be read"):
        refusals(tmp_path, ends)
