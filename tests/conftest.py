"""What all tests share: nothing of ours blocks the event loop, and where recorded material is."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import BlockBuster, blockbuster_ctx

REPOSITORY = Path(__file__).resolve().parent.parent
RECORDED = Path("../shared/recorded")


@pytest.fixture(autouse=True, scope="session")
def no_stray_loop() -> None:
    """Say that there is no loop: plugins would make one only to look at it, and not close it."""
    asyncio.set_event_loop(None)


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator[BlockBuster]:
    """A call of the daemon's that blocks the event loop fails the test."""
    with blockbuster_ctx("codeiod") as guard:
        yield guard


@pytest.fixture(scope="session")
def recorded() -> Path:
    """Return the folder of recorded files and answers: $CODEIOD_RECORDED, or beside the project."""
    folder = Path(os.environ.get("CODEIOD_RECORDED") or REPOSITORY / RECORDED)
    if not (folder / "items.jsonl").is_file():
        pytest.skip(f"no recorded files at {folder}; set CODEIOD_RECORDED")
    return folder
