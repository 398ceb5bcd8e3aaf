"""Sources are looked at, not taken in: a sample spread over all, measured by the real prompts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from anyio import to_thread

from codeiod.config import Settings
from codeiod.reports.estimate import Survey
from codeiod.service.survey import survey
from codeiod.stages.unify import unify_prompt
from codeiod_prompts import Prompts


async def look(*sources: Path, most: int = 100) -> Survey:
    settings = Settings.model_validate({"output": {"dir": str(sources[0].parent / "out")}})
    return await to_thread.run_sync(survey, [str(one) for one in sources], settings, most)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder of 30 files, the later ones larger, and one that is empty."""
    where = tmp_path / "src"
    where.mkdir()
    for number in range(30):
        (where / f"{number:02}.py").write_text("x = 1\n" * (1 + 100 * number))
    (where / "none.py").touch()
    return where


async def test_all_files(folder: Path) -> None:
    """Few enough files are all read, with the prompt that each would be asked with."""
    found = await look(folder)
    assert (found.entries, found.read) == (31, 31)
    assert found.refused == {"empty": 1}
    meta = {"path": "00.py", "language": "Python"}
    prompts = await to_thread.run_sync(Prompts.load)
    assert len(unify_prompt(prompts, "x = 1\n", meta)) == min(found.prompt_characters)
    assert len(found.prompt_characters) == 30


async def test_a_sample_is_spread(folder: Path) -> None:
    """Of many files some are read, from all over, and the same ones again."""
    found = await look(folder, most=8)
    assert (found.entries, found.read) == (31, 8)
    assert found == await look(folder, most=8)
    sizes = (await look(folder)).prompt_characters
    middle = sorted(sizes)[15]
    assert min(found.prompt_characters) < middle < max(found.prompt_characters)


async def test_rows(tmp_path: Path) -> None:
    """Rows count like files, plain or packed, and what is no row is refused."""
    rows = [json.dumps({"content": f"x = {n}"}) for n in range(50)] + ["{"]
    (tmp_path / "a.jsonl").write_text("\n".join(rows) + "\n")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    found = await look(tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz", most=1000)
    assert (found.entries, found.read) == (102, 102)
    assert found.refused == {"malformed_line": 2}
    assert (await look(tmp_path / "a.jsonl", most=10)).read == 10
