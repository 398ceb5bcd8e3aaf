"""``codeiod ctl`` as an operator types it: what it prints, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..acceptance.paid_teacher import (  # noqa: TID252 -- as in conftest
    PaidTeacher,
    paid_teacher,
)
from ..daemon.warm import WARM, Done  # noqa: TID252 -- as above
from .daemon_process import SECONDS, Daemon, daemon_in


@pytest.fixture(scope="module")
def teacher() -> Iterator[PaidTeacher]:
    """Run a teacher that answers at once."""
    with paid_teacher() as running:
        yield running


@pytest.fixture(scope="module")
def running(teacher: PaidTeacher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Return a daemon for all tests."""
    with daemon_in(tmp_path_factory.mktemp("d"), teacher.base_url) as daemon:
        daemon.start()
        yield daemon


def codeiod(daemon: Daemon, *arguments: str) -> Done:
    return WARM.run(("ctl", "--config", str(daemon.config), *arguments), daemon.folder, SECONDS)


def test_a_file_from_its_submission_to_its_story(running: Daemon, teacher: PaidTeacher) -> None:
    """What was handed in is told of by its id and by its name; the same again is known."""
    file = running.folder / "handed in.py"
    file.write_text("def f(n):\n    return n + 1\n")
    told = codeiod(running, "submit", str(file))
    item, new, name = told.stdout.split(maxsplit=2)
    assert (new, name.strip()) == ("new", str(file))
    assert "known" in codeiod(running, "submit", str(file)).stdout
    for _ in range(1 + 6):
        assert teacher.waiting.acquire(timeout=SECONDS)
    story = json.loads(codeiod(running, "explain", "handed in.py", "--json").stdout)
    assert (story["item_id"], story["source"], story["path"]) == (
        item,
        "submitted",
        "handed in.py",
    )
    assert codeiod(running, "explain", item[:10]).stdout.startswith(f"item {item}  handed in.py\n")


def test_status(running: Daemon) -> None:
    """It tells the phase, the items, the endpoint and the sandbox in a few lines, or as JSON."""
    lines = codeiod(running, "status").stdout.splitlines()
    assert lines[0] in ("idle", "working")
    assert [line.split()[0] for line in lines[1:6]] == [
        "directory",
        "items",
        "teacher",
        "endpoint",
        "sandbox",
    ]
    status = json.loads(codeiod(running, "status", "--json").stdout)
    assert status["directory"] == str(running.out)


def test_limits(running: Daemon) -> None:
    """Without a wish it tells the limits in force; a change is told from what to what."""
    told = codeiod(running, "limits", "requests_per_minute=600", "main.max_in_flight=8")
    assert told.stdout.splitlines() == [
        "endpoint.main.requests_per_minute: 0 -> 600",
        "endpoint.main.max_in_flight: 64 -> 8",
    ]
    assert "main.max_in_flight = 8" in codeiod(running, "limits").stdout.splitlines()
    assert codeiod(running, "limits", "max_in_flight=8").stdout == "nothing has changed\n"
    assert "-> 64" in codeiod(running, "reload").stdout


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("limits", "max_in_flight"), 2, "write a limit as NAME=VALUE"),
        (("limits", "max_in_flight=-1"), 2, "greater than or equal to 1"),
        (("limits", "tokens=99999999999999999999"), 2, "budget.tokens: no number"),
        (("limits", "speed=1"), 2, "there is no limit speed"),
        (("retry", "bad_luck"), 2, "no reason of a rejection"),
        (("explain", "no/such item"), 2, "no item in"),
        (("submit", "/nowhere/f.py"), 2, "/nowhere/f.py can't be read"),
        (("submit", "/dev/zero"), 2, "larger than"),
    ],
)
def test_what_is_refused(
    running: Daemon, arguments: tuple[str, ...], status: int, told: str
) -> None:
    """One line says why, and the exit status is 2."""
    ended = codeiod(running, *arguments)
    assert (ended.returncode, ended.stdout) == (status, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("codeiod: ")
    assert told in line


def test_a_name_that_is_not_utf8(running: Daemon) -> None:
    """Such a file is handed in, and told of by its name as any other."""
    file = Path(f"{running.folder}/caf\udce9.py")
    file.write_text("def f(x):\n    return x + 29\n")
    submitted = codeiod(running, "submit", "--json", str(file))
    assert submitted.returncode == 0, submitted.stderr
    told = codeiod(running, "explain", "--json", file.name)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["item_id"] == json.loads(submitted.stdout)["item_id"]
    read = WARM.run(("explain", "out", "--json", file.name), running.folder, SECONDS)
    assert json.loads(read.stdout)["path"].endswith(r"caf\xe9.py")


@pytest.mark.parametrize("command", ["status", "pause", "drain", "limits"])
def test_no_daemon(tmp_path: Path, command: str) -> None:
    """Where none is running one line says so, and the exit status is 3."""
    ended = WARM.run(("ctl", "--out", "nowhere", command), tmp_path, SECONDS)
    assert (ended.returncode, ended.stdout) == (3, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("codeiod: no daemon listens at nowhere/control.sock")
