"""What the tests of trainers share: exports of a small dataset, and a model that knows nothing.

The libraries are heavy and no dependency of ours: `make trainers` installs them into an environment
of their own and runs these tests there; elsewhere they are skipped, and say so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from codeiod.dataset.exports import Format, Options, export
from codeiod.items import Task
from codeiod.sources.languages import language_of

from ..exports.conftest import (  # noqa: TID252 -- tests are no package with a name
    RIGHT,
    WRONG,
    Asked,
    Made,
    write_items,
)

KINDS = ((RIGHT,), (WRONG, RIGHT), (WRONG, WRONG))


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the directory of a run with samples of all kinds."""
    folder = tmp_path_factory.mktemp("trainers") / "run"
    asked = tuple(Asked(task, place, 0, KINDS[place % 3]) for task in Task for place in range(4))
    anyio.run(write_items, folder, [Made(f"{number}", asked) for number in range(3)])
    return folder


@pytest.fixture(scope="session")
def exported(directory: Path) -> Callable[..., Path]:
    """Return what exports it."""

    def out_of(form: Format, **options: Any) -> Path:
        out = directory.with_name(f"{form}-{len(options)}")
        if not out.exists():
            export(directory, out, Options(form, **options), language_of)
        return out

    return out_of
