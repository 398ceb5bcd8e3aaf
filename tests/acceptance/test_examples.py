"""A run over some of the examples that ship with the project, with the built-in teacher."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded_parts import dataset
from recorded_parts.daemon import Run
from recorded_parts.killing import run_with_kills

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
UNUSABLE = ("constants_only", "empty", "latin1_comment", "missing_module", "returns_a_set")
SOURCES = (
    EXAMPLES / "text",
    EXAMPLES / "other_languages",
    *(EXAMPLES / "unusable" / f"{name}.py" for name in UNUSABLE),
)
"""None of the examples that run for ever: they take their time."""
OPTIONS = ("--teacher", "builtin", "--set", "sandbox.minimum_level=1")
KILLS = 2


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the examples once."""
    run = Run(tmp_path_factory.mktemp("examples") / "out", SOURCES, OPTIONS)
    assert run.finish() == 0
    return run


def test_examples_become_a_sound_dataset(finished: Run) -> None:
    """All that is checked of recorded files holds without them too, as far as it can."""
    lines = dataset.read(finished.directory)
    assert finished.findings() == ""
    assert lines.samples
    assert lines.whole_rejects
    assert list(dataset.wrong_forms(lines)) == []
    assert list(dataset.repeated(lines)) == []
    assert list(dataset.broken_equations(lines, finished.report())) == []


def test_killed_runs_end_with_the_same_instances(finished: Run, tmp_path: Path) -> None:
    """kill -9 in the middle, and once more: nothing is lost and nothing stands twice."""
    run = Run(tmp_path / "out", SOURCES, OPTIONS)
    killed = run_with_kills(run, KILLS, finished.journal_bytes())
    assert killed.status == 0
    assert killed.findings == []
    assert killed.orphans == 0
    lines = dataset.read(run.directory)
    assert lines.ids == dataset.read(finished.directory).ids
    assert list(dataset.repeated(lines)) == []
