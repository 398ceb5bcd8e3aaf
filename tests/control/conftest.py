"""Daemons with a control socket, in folders whose paths are short."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from ..acceptance.paid_teacher import (  # noqa: TID252 -- tests are in no named package
    PaidTeacher,
    paid_teacher,
)
from .daemon_process import Daemon, daemon_in

MakeDaemon = Callable[..., Daemon]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that a Unix socket's path has room for."""
    made = Path(tempfile.mkdtemp(prefix="ctl"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def teacher() -> Iterator[PaidTeacher]:
    """Run a paid teacher beside the test; its answers are held back until it lets them go."""
    with paid_teacher() as running:
        running.hold.clear()
        yield running


@pytest.fixture
def make_daemon(folder: Path) -> Iterator[MakeDaemon]:
    """Prepare daemons, each in a folder of its own; none is left at the end."""
    with ExitStack() as exits:
        numbers = iter(range(100))

        def make(base_url: str = "", **settings: Any) -> Daemon:
            made: AbstractContextManager[Daemon] = daemon_in(
                folder / str(next(numbers)), base_url, **settings
            )
            return exits.enter_context(made)

        yield make
