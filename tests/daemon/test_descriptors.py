"""The limit of open descriptors follows what the settings ask for."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import resource
from codeiod.service.descriptors import make_room_for
resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))
make_room_for({calls})
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def told(hard: int, calls: int) -> str:
    script = SCRIPT.format(hard=hard, calls=calls)
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout


def test_the_soft_limit_is_raised() -> None:
    """To all that this process may have, without a word."""
    assert told(hard=2000, calls=1000) == "2000\n"


@pytest.mark.parametrize("calls", [500, 10_000])
def test_a_hard_limit_that_is_too_low_is_named(calls: int) -> None:
    """With what is wanted and what there is."""
    shown = told(hard=900, calls=calls)
    assert "descriptors.few" in shown
    assert "900" in shown
    assert str(calls + 512) in shown
