"""Imports point one way: the contracts of pyproject.toml hold, and cover every part there is."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_the_contracts_are_kept() -> None:
    """lint-imports finds no import that points the wrong way."""
    lint = Path(sys.executable).with_name("lint-imports")
    run = [str(lint), "--no-cache"]
    done = subprocess.run(run, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_part_has_its_layer() -> None:
    """A new module or package of the daemon has a place among the layers, or is below them all."""
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(c["layers"] for c in settings["contracts"] if c["type"] == "layers")
    named = {part.strip(" ()") for layer in layers for part in layer.split(":")}
    package = REPOSITORY / "daemon" / "codeiod"
    parts = {f"codeiod.{path.stem}" for path in package.iterdir() if not path.name.startswith("_")}
    assert parts - {"codeiod.py"} - named <= {"codeiod.execution"}
