"""Lines as a process writes them: for the journal, for a terminal, for a file; whatever happens."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import logging, sys, warnings
import structlog
from codeiod.cli.logs import configure_logs
from codeiod.logs import hide

configure_logs()
log = structlog.get_logger()
hide("geheim-123")
with structlog.contextvars.bound_contextvars(item="abc"):
    log.warning("teacher.retry", endpoint="main", why="no geheim-123", path="a\\x1b[2J\\nb\\udc80")
warnings.warn("old ways")
logging.getLogger("asyncio").error("never retrieved")
try:
    raise ValueError("geheim-123")
except ValueError:
    log.exception("item.fault")
log.debug("not shown")
for _ in range(12):
    log.info("often")
print("end")
"""
PATIENCE_SECONDS = 60


def lines(stderr: int, **environ: str) -> subprocess.Popen[str]:
    """Run the program with its standard error where it is told."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env={**os.environ, **environ},
    )


def test_the_journal_gets_json_with_priorities() -> None:
    """Every line is one; also of libraries, of Python's warnings, and of what was left out."""
    reading, writing = os.pipe()
    status = os.fstat(writing)
    process = lines(writing, JOURNAL_STREAM=f"{status.st_dev}:{status.st_ino}")
    os.close(writing)
    with os.fdopen(reading) as stream:
        told = stream.read().splitlines()
    assert process.communicate(timeout=PATIENCE_SECONDS)[0] == "end\n"
    assert "geheim" not in "".join(told)
    events = [(line[:3], json.loads(line[3:])) for line in told]
    assert [(priority, event["event"]) for priority, event in events] == [
        ("<4>", "teacher.retry"),
        ("<4>", "library.message"),
        ("<3>", "library.message"),
        ("<3>", "item.fault"),
        *[("<6>", "often")] * 10,
        ("<6>", "log.left_out"),
    ]
    retry, _, library, fault = (event for _, event in events[:4])
    assert (retry["item"], retry["path"]) == ("abc", "a\x1b[2J\nb\udc80")
    assert (library["library"], library["text"]) == ("asyncio", "never retrieved")
    assert fault["exception"].endswith("ValueError: ***")
    assert events[-1][1]["times"] == 2


def test_a_terminal_gets_colours_and_nothing_that_steers_it() -> None:
    """What names of files hold is shown as what it is."""
    master, slave = pty.openpty()
    process = lines(slave)
    assert process.communicate(timeout=PATIENCE_SECONDS)[0] == "end\n"
    os.close(slave)
    with os.fdopen(master, "rb", buffering=0) as screen:
        told = screen.read(65536).decode()
    assert "\x1b[" in told
    assert "\x1b[2J" not in told
    assert "\\x1b[2J" in told
    assert "geheim" not in told


def test_a_file_gets_plain_lines(tmp_path: Path) -> None:
    """One of ``key=value`` an event, without colours, though a unit's variable is set."""
    file = tmp_path / "log"
    with file.open("w") as stream:
        lines(stream.fileno(), JOURNAL_STREAM="1:1").communicate(timeout=PATIENCE_SECONDS)
    first, *others = file.read_text().splitlines()
    assert first.startswith("timestamp=2")
    assert "level=warning event=teacher.retry endpoint=main" in first
    assert first.endswith(" item=abc")
    assert all(line.startswith("timestamp=2") for line in others)
    assert "\x1b" not in file.read_text()


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    """A full disk below it, or a reader that has gone, is no reason to end."""
    with Path("/dev/full").open("w") as full:
        assert lines(full.fileno()).communicate(timeout=PATIENCE_SECONDS)[0] == "end\n"
    reading, writing = os.pipe()
    os.close(reading)
    process = lines(writing)
    os.close(writing)
    assert process.communicate(timeout=PATIENCE_SECONDS)[0] == "end\n"
