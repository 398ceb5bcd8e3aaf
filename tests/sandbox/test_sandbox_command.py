"""The sandbox by hand, and what it says of the machine."""

import json
import sys
from pathlib import Path

import pytest

from codeiod_sandbox import SandboxLevel, probe
from codeiod_sandbox.__main__ import main


def test_run_prints_the_outcome(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A value and an exception, as JSON, with an exit status for scripts."""
    file = tmp_path / "program.py"
    file.write_text("def main_solution(n): return [10 // n]")
    assert main(["run", str(file), "--args", '{"n": 5}']) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["value"]) == ("Returned", [2])
    assert main(["run", str(file), "--args", '{"n": 0}', "--twin"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["type"], told["line"]) == ("Raised", "ZeroDivisionError", 1)


def test_arguments_are_an_object(tmp_path: Path) -> None:
    """Anything else is an error of usage."""
    for bad in ("[1]", "{", '{"a": NaN}'):
        with pytest.raises(SystemExit) as stop:
            main(["run", str(tmp_path / "program.py"), "--args", bad])
        assert stop.value.code == 2


def test_probe_tells_each_layer() -> None:
    """Each layer works, or says why not and how to get it."""
    report = probe()
    assert report.level > SandboxLevel.NONE
    assert {"namespaces", "private root", "landlock", "seccomp"} <= {
        layer.name for layer in report.layers
    }
    for layer in report.layers:
        assert layer.works == (layer.why_not == "") == (layer.how_to_get == "")


def test_probe_of_a_named_interpreter() -> None:
    """The modules are those of the interpreter that is asked about."""
    report = probe(Path(sys.executable))
    assert report.python == sys.executable
    assert isinstance(report.missing_modules, tuple)
