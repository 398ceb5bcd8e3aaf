"""codeiod doctor and the sandbox's minimum level, as real processes on machines good and bad."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .warm import WARM

CODEIOD = str(Path(sys.executable).with_name("codeiod"))
BOUND_SECONDS = 60
GOOD = """\
def count_steps(n: int) -> int:
    '''Count the steps from n to 1, at most 50: halve what is even, else triple it and add one.'''
    steps = 0
    while n > 1 and steps < 50:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps
"""
NO_NAMESPACES = "echo 0 > /proc/sys/user/max_user_namespaces && echo none && exec cat"
"""As root of a user namespace of its own: what is below may make none."""


def run(*words: str, cwd: Path) -> Any:
    return subprocess.run(
        words, cwd=cwd, capture_output=True, text=True, timeout=BOUND_SECONDS, check=False
    )


@pytest.fixture(scope="module")
def poor() -> Iterator[int]:
    """Return a process on a machine that grants no user namespaces to it, to be entered."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here")
    command = ["unshare", "-Ur", "sh", "-c", NO_NAMESPACES]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
        assert keeper.stdout is not None
        if keeper.stdout.readline() != b"none\n":
            pytest.skip("no user namespaces here that could be taken away")
        yield keeper.pid


def test_it_tells_each_layer_for_people(tmp_path: Path) -> None:
    """One line each, with what to change below those that are not on."""
    done = WARM.run(("doctor", "--set", "sandbox.minimum_level=1"), tmp_path, BOUND_SECONDS)
    assert done.returncode == 0, done.stderr
    head, *lines = done.stdout.splitlines()
    assert head.startswith("sandbox: level ")
    assert "(at least 1 is asked)" in head
    told = {line.split(" ..")[0].strip(): line for line in lines if " .." in line}
    assert {"seccomp", "namespaces", "cgroup", "interpreter", "modules", "rate"} <= told.keys()
    for number, line in enumerate(lines):
        assert (" NO: " in line) <= ("      -> " in "".join(lines[number + 1 : number + 2]))
    assert "not tried: codeiod doctor --attack" in told["attacks"]


def test_it_tells_the_facts_for_programs(tmp_path: Path) -> None:
    """As JSON: the level, the layers, what programs may import, what attacks came to."""
    chosen = "sandbox.modules=['numpy', 'no-such-module']"
    words = ("--json", "--attack", "--set", "sandbox.minimum_level=1", "--set", chosen)
    done = WARM.run(("doctor", *words), tmp_path, BOUND_SECONDS)
    facts = json.loads(done.stdout)
    assert facts["enough"] == (facts["level"] >= 1)
    assert {layer["name"] for layer in facts["layers"]} >= {"seccomp", "landlock", "namespaces"}
    modules = {module["name"]: module for module in facts["modules"]}
    assert "sandbox.modules" in modules["sympy"]["why_not"] or not modules["sympy"]["version"]
    assert modules["no-such-module"]["why_not"] == "not installed"
    assert len(facts["attacks"]) == 12
    contained = all(attack["contained"] for attack in facts["attacks"])
    assert done.returncode == (0 if contained else 1)
    if facts["level"] >= 2:
        assert contained, facts["attacks"]


def test_a_limit_that_it_was_started_under_is_told(tmp_path: Path) -> None:
    """Programs inherit it, and can't have the memory that the settings promise."""
    words = ("sh", "-c", 'ulimit -v 4194304; exec "$@"', "sh", CODEIOD, "doctor")
    told = run(*words, "--set", "sandbox.minimum_level=1", cwd=tmp_path).stdout
    assert "ulimit -v: no process can have more than 4,096 MB of memory" in told


def test_without_namespaces_it_says_why_and_how(tmp_path: Path, poor: int) -> None:
    """The errno by name, the sysctl to set, and the level that it is wanted for."""
    done = WARM.run(
        ("doctor", "--set", "sandbox.minimum_level=3"), tmp_path, BOUND_SECONDS, inside=poor
    )
    assert done.returncode == 2, done.stdout + done.stderr
    text = done.stdout
    assert "namespaces ........ NO: unshare: No space left on device (ENOSPC)" in text
    assert "-> for level 3: sysctl -w user.max_user_namespaces=15000" in text
    assert "is below sandbox.minimum_level = 3: a run is refused" in text


def test_below_the_minimum_a_run_is_refused(tmp_path: Path, poor: int) -> None:
    """Exit 2 and one line: the level, the minimum, the reason, where to look."""
    (tmp_path / "a.py").write_text(GOOD)
    words = ("run", "a.py", "--out", "out", "--teacher", "builtin")
    done = WARM.run(
        (*words, "--set", "sandbox.minimum_level=3"), tmp_path, BOUND_SECONDS, inside=poor
    )
    assert done.returncode == 2, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("codeiod: ")]
    assert "here and sandbox.minimum_level is 3: " in line
    assert "no namespaces (unshare: No space left on device (ENOSPC))" in line
    assert line.endswith("codeiod doctor says what to change")


@pytest.mark.parametrize("helpers", [0, 1])
def test_above_a_lower_minimum_it_warns_and_goes_on(
    tmp_path: Path, poor: int, helpers: int
) -> None:
    """Loudly, with the level and the reason; and the level stands with every program."""
    (tmp_path / "a.py").write_text(GOOD)
    words = ("run", "a.py", "--out", "out", "--teacher", "builtin")
    settings = ("--set", "sandbox.minimum_level=1", "--set", f"sandbox.helpers={helpers}")
    done = WARM.run((*words, *settings), tmp_path, BOUND_SECONDS, inside=poor)
    assert done.returncode == 0, done.stderr
    (warning,) = [line for line in done.stderr.splitlines() if "event=sandbox." in line]
    assert "no namespaces (unshare: No space left on device (ENOSPC))" in warning
    (program,) = (tmp_path / "out/dataset/programs/part-00000.jsonl").read_text().splitlines()
    level = json.loads(program)["sandbox"].rpartition(" ")[2]
    assert int(level) < 3
    assert f"sandbox_level={level}" in warning
    assert ("WEAK ISOLATION" in warning) == (int(level) < 2)
