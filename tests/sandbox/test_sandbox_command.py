"""The sandbox by hand: what it prints, and the exit status for scripts."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codeiod_sandbox.__main__ import main

DIVIDE = "def main_solution(n=1): return [10 // n]"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "program.py"
    path.write_text(DIVIDE)
    return str(path)


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return the one line that was printed."""
    (line,) = capsys.readouterr().out.splitlines()
    return json.loads(line)


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the one line of a refusal, having seen its status."""
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    return line


def test_run_prints_the_outcome(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A value and an exception, as JSON, with an exit status for scripts."""
    assert main(["run", file, "--args", '{"n": 5}']) == 0
    value = told(capsys)
    assert (value["outcome"], value["value"], "json" in value) == ("Returned", [2], False)
    assert main(["run", file, "--args", '{"n": 0}', "--twin"]) == 1
    failure = told(capsys)
    assert (failure["outcome"], failure["type"]) == ("Raised", "ZeroDivisionError")
    assert (failure["line"], failure["level"]) == (1, value["level"])


@pytest.mark.parametrize(
    ("source", "words", "expected"),
    [
        ("def main_solution(:", [], ("LoadFailed", "SyntaxError")),
        (DIVIDE, ["--call", "elsewhere"], ("LoadFailed", "NameError")),
        (DIVIDE, ["--args", '{"m": 1}'], ("Raised", "TypeError")),
        ("def main_solution(): return {1}", [], ("NotJson", None)),
        ("def main_solution():\n while 1: pass", ["--call-seconds", "0.2"], ("TimedOut", None)),
        ("def main_solution(): bytearray(1 << 27)", ["--memory", "64MiB"], ("OverMemory", None)),
    ],
)
def test_what_does_not_return(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, words: list[str], expected: Any
) -> None:
    """Status 1, and the outcome says what it was."""
    path = tmp_path / "program.py"
    path.write_text(source)
    assert main(["run", str(path), *words]) == 1
    outcome = told(capsys)
    assert (outcome["outcome"], outcome.get("type")) == expected


def test_the_seed_is_that_of_the_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same seed draws the same, another one does not; without a level, all that there is."""
    path = tmp_path / "program.py"
    path.write_text("import random\ndef main_solution(): return random.random()")
    values, levels = [], []
    for words in (["--seed", "7"], ["--seed", "7", "--level", "1"], ["--seed", "8"]):
        assert main(["run", str(path), *words]) == 0
        outcome = told(capsys)
        values.append(outcome["value"])
        levels.append(outcome["level"])
    assert values[0] == values[1] != values[2]
    assert levels[1] <= 1 <= levels[0] == levels[2]


def test_a_program_on_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named by a dash."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(DIVIDE))
    assert main(["run", "-"]) == 0
    assert told(capsys)["value"] == [10]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--args", "[1]"], 'an object is wanted, as {"n": 3}, not [1]'),
        (["--args", "{"], "--args: not JSON"),
        (["--args", '{"a": NaN}'], "NaN is not JSON"),
        (["--args", '{"a": 1, "a": 2}'], "a key appears twice"),
        (["--seed", "x"], "--seed: invalid int value: 'x'"),
        (["--level", "5"], "a level from 0 to 4 is wanted, not '5'"),
        (["--memory", "1K"], "at least 16M is wanted, as 512M or 2G, not '1K'"),
        (["--memory", "0G"], "at least 16M"),
        (["--memory", "G"], "at least 16M"),
        (["--call-seconds", "nan"], "above 0 is wanted, not 'nan'"),
        (["--call-seconds", "soon"], "above 0 is wanted, not 'soon'"),
        (["--surely"], "unrecognized arguments: --surely"),
    ],
)
def test_wrong_options_are_one_line(
    file: str, capsys: pytest.CaptureFixture[str], words: list[str], expected: str
) -> None:
    """Status 2, nothing is run, and the line says what is wanted."""
    assert expected in refusal(capsys, "run", file, *words)


def test_wrong_files_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What can't be read is no program; and without a command there is nothing to do."""
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    assert "No such file" in refusal(capsys, "run", str(tmp_path / "nowhere.py"))
    assert "Is a directory" in refusal(capsys, "run", str(tmp_path))
    assert "not UTF-8" in refusal(capsys, "run", str(binary))
    assert "required: FILE" in refusal(capsys, "run")
    assert "required: COMMAND" in refusal(capsys)


def test_it_is_a_module_that_runs(file: str) -> None:
    """As people call it; the help tells the exit statuses."""
    command = [sys.executable, "-m", "codeiod_sandbox", "run"]
    done = subprocess.run([*command, file], capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout)["value"] == [10]
    shown = subprocess.run(
        [*command, "--help"], capture_output=True, check=True, timeout=60, text=True
    )
    assert "Exit statuses: 0 the function returned" in " ".join(shown.stdout.split())
