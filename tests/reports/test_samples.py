"""The samples of a directory are read up to what was committed, and damage is told in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codeiod.errors import Damaged
from codeiod.reports.samples import samples

PART = Path("dataset", "samples", "part-00000.jsonl")
Fill = Callable[[Path], None]


def test_committed_samples(tmp_path: Path, fill_directory: Fill) -> None:
    """All that is committed is found, by the beginning of any of its ids, and nothing behind it."""
    fill_directory(tmp_path)
    found = list(samples(tmp_path))
    assert found
    with (tmp_path / PART).open("ab") as part:
        part.write(b'{"torn')
    assert list(samples(tmp_path)) == found
    first = found[0]
    for key in ("id", "program_id", "item_id"):
        assert first in list(samples(tmp_path, first[key][:12]))
    assert not list(samples(tmp_path, "no such id"))


@pytest.mark.parametrize("missing", [True, False])
def test_a_part_that_cannot_be_read(tmp_path: Path, fill_directory: Fill, missing: bool) -> None:
    """A part that is gone, or holds something else, is damage that names it."""
    fill_directory(tmp_path)
    part = tmp_path / PART
    if missing:
        part.unlink()
    else:
        part.write_bytes(b"x\n" + part.read_bytes()[2:])
    with pytest.raises(Damaged, match=f"{PART} can't be read"):
        list(samples(tmp_path))
