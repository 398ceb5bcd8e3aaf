"""Whole daemons as processes, taught by the recorded teacher or the built-in one.

The parts of ``bench/recorded.py`` do the work here too: they know nothing of the product's code.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "bench"))

from recorded_parts import material  # noqa: E402 -- found by the line above
from recorded_parts.daemon import Run, recorded_options  # noqa: E402 -- as above
from recorded_parts.material import File  # noqa: E402 -- as above
from recorded_parts.teacher import Teacher, teaching  # noqa: E402 -- as above
from recorded_parts.undisturbed import Undisturbed, run_undisturbed  # noqa: E402 -- as above

from .warm_run import WarmRun  # noqa: E402 -- as above

FILES = 40
LEVEL = "sandbox.minimum_level=1"

Taught = Callable[..., AbstractContextManager[tuple[Run, Teacher]]]


@pytest.fixture(scope="session")
def files(recorded: Path) -> list[File]:
    """Return the first of the recorded files."""
    return material.read(recorded)[:FILES]


@pytest.fixture(scope="session")
def undisturbed(
    recorded: Path, files: list[File], tmp_path_factory: pytest.TempPathFactory
) -> Undisturbed:
    """Run the first recorded files from beginning to end in one go."""
    folder = tmp_path_factory.mktemp("undisturbed")
    source = material.write(files, folder / "items.jsonl")
    return run_undisturbed(recorded, source, folder / "out", LEVEL)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Return a folder with a name so short that sockets can lie in it."""
    made = Path(tempfile.mkdtemp(prefix="cd-"))
    try:
        yield made
    finally:
        shutil.rmtree(made)


@pytest.fixture
def taught(recorded: Path, files: list[File], tmp_path: Path) -> Taught:
    """Prepare a run of some of the recorded files, with a teacher of its own beside it."""

    @contextmanager
    def prepare(
        *settings: str, items: int = FILES, **knobs: float
    ) -> Iterator[tuple[Run, Teacher]]:
        source = material.write(files[:items], tmp_path / "items.jsonl")
        with teaching(recorded, **knobs) as teacher:
            options = recorded_options(teacher.base_url, LEVEL, *settings)
            yield WarmRun(tmp_path / "out", (source,), options), teacher

    return prepare
