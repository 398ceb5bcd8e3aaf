"""A memory limit of the service that does not hold what the settings allow is told at the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from codeiod.service.memory import warn_of_tight_memory

GIB = 1 << 30


def told(tmp_path: Path, limits: dict[str, str], membership: str) -> list[dict[str, object]]:
    """Return what is logged for two workers of 1 GiB, in a group with limits on its way up."""
    for group, limit in limits.items():
        folder = tmp_path / "groups" / group
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "memory.max").write_text(limit + "\n")
    (tmp_path / "cgroup").write_text(membership)
    with capture_logs() as logs:
        warn_of_tight_memory(2, GIB, tmp_path / "cgroup", tmp_path / "groups")
    return [dict(log) for log in logs]


@pytest.mark.parametrize("group", ["system.slice/codeiod.service", "system.slice"])
def test_the_smallest_limit_above_us_counts(tmp_path: Path, group: str) -> None:
    """The unit's own, or a slice's that it lies in."""
    limits = {"system.slice/codeiod.service/daemon": "max", group: str(3 * GIB)}
    (warning,) = told(tmp_path, limits, "0::/system.slice/codeiod.service/daemon\n")
    assert warning["event"] == "memory.tight"
    assert warning["limit_bytes"] == 3 * GIB
    assert warning["wanted_bytes"] == 3 * GIB + 2 * (256 << 20)


@pytest.mark.parametrize("limit", ["max", str(4 * GIB)])
def test_a_limit_that_holds_all_is_not_told(tmp_path: Path, limit: str) -> None:
    """Nor is one that there is not."""
    assert told(tmp_path, {"unit": limit}, "0::/unit\n") == []


@pytest.mark.parametrize("membership", ["", "4:memory:/x\n", "0::/gone\n", "0::/\n"])
def test_where_there_are_no_groups_nothing_is_told(tmp_path: Path, membership: str) -> None:
    """Cgroup v1, a container that hides them, the root."""
    assert told(tmp_path, {}, membership) == []


def test_it_looks_at_this_machine(tmp_path: Path) -> None:
    """Whatever it finds here, it does not fail."""
    with capture_logs():
        warn_of_tight_memory(1, GIB)
        warn_of_tight_memory(1, GIB, tmp_path / "none", tmp_path)
