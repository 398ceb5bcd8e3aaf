"""The rig of ``bench/torture.py``, in its short form."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from anyio.from_thread import BlockingPortal, start_blocking_portal

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "bench"))

from torture_parts.rig import Bench, prepare  # noqa: E402 -- found by the line above


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """Run an event loop in a thread of its own, for all lives of all runs."""
    with start_blocking_portal() as started:
        yield started


@pytest.fixture(scope="session")
def bench(portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Prepare the source, and the dataset that it must give."""
    return portal.call(prepare, tmp_path_factory.mktemp("torture"))


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Log nothing: thousands of lives end badly here."""
    wrapper = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=wrapper, cache_logger_on_first_use=False)
    yield
    structlog.reset_defaults()
