"""What the README of the sandbox shows is what happens."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

import codeiod_sandbox
from codeiod_sandbox import Outcome, SandboxLevel

README = Path(__file__).parents[2] / "sandbox/README.md"
TEXT = README.read_text()
BOUND_SECONDS = 60
EXAMPLE = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", re.DOTALL)
COMMAND = re.compile(r"^python -m (codeiod_sandbox run .*)$", re.MULTILINE)


@pytest.mark.parametrize(("code", "shown"), EXAMPLE.findall(TEXT))
def test_examples_run(code: str, shown: str, tmp_path: Path) -> None:
    """Each as it stands, with the output that stands below it."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=BOUND_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    if shown:
        assert done.stdout == shown


@pytest.mark.parametrize("command", COMMAND.findall(TEXT))
def test_commands_run(command: str, tmp_path: Path) -> None:
    """As a shell runs them, on a file of that name."""
    (tmp_path / "FILE").write_text("def main_solution(n=1): return n")
    line = f"{sys.executable} -m {command}"
    done = subprocess.run(
        line, shell=True, cwd=tmp_path, capture_output=True, timeout=BOUND_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    assert b'"outcome": "Returned"' in done.stdout


def test_the_table_of_outcomes_is_whole() -> None:
    """Each type with its fields, and no other."""
    rows = re.findall(r"^\| `(\w+)\((.*?)\)` \|", TEXT, re.MULTILINE)
    assert dict(rows) == {
        kind.__name__: ", ".join(field.name for field in fields(kind)) for kind in get_args(Outcome)
    }
    assert set(dict(rows)) <= set(codeiod_sandbox.__all__)


def test_the_table_of_levels_is_whole() -> None:
    """Each level with its number."""
    rows = re.findall(r"^\| (\d) `(\w+)` \|", TEXT, re.MULTILINE)
    assert {name: int(number) for number, name in rows} == dict(SandboxLevel.__members__)
