"""A short soak of a real daemon; ``make soak`` is the long one, which judges slopes as well."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from recorded_parts.table import Table
from serve_soak import Soak
from serve_soak_parts.holding import drift_of

SECONDS = 15.0
PER_SECOND = 3.0
MOST_DESCRIPTORS = 120
MOST_PROCESSES = 40


@pytest.mark.timeout(240)
def test_nothing_is_lost_while_everything_changes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Files arrive, calls fail, limits change, reloads come: each content is done exactly once."""
    folder = tmp_path_factory.mktemp("soak")
    soak, table = Soak(folder, SECONDS, PER_SECOND), Table()
    soak.run(table)
    missed = [f"{row.what}: {row.measured}" for row in table.rows if not row.ok]
    assert not missed, (missed, Path(soak.log).read_text()[-3000:])
    assert max(held.descriptors for held in soak.held) < MOST_DESCRIPTORS
    assert max(held.processes for held in soak.held) < MOST_PROCESSES


def test_a_leak_is_told_from_noise() -> None:
    """A slow rise under noise five times as large is seen; noise and a warm-up alone are none."""
    draw = random.Random(1)
    times = [float(n) for n in range(360)]
    noise = [draw.gauss(0, 1) for _ in times]
    leaking = drift_of(times, [100 + 0.02 * t + n for t, n in zip(times, noise, strict=True)])
    assert leaking.rise > 2 * leaking.noise
    warm = drift_of(times, [100 - 40 * 0.9**t + n for t, n in zip(times, noise, strict=True)])
    assert abs(warm.rise) < warm.noise
    assert 0.8 < warm.noise < 1.2
