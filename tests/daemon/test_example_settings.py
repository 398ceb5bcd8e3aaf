"""The example settings have every key, its default and a meaning, and so has the file we ship."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codeiod.config import EndpointSettings, Section, Settings, load
from codeiod.config.example import example, texts_of

SHIPPED = Path(__file__).resolve().parents[2] / "systemd" / "codeiod.toml"
LOOKS_LIKE_A_KEY = re.compile(r"#(\w+ = .+|\[.*\])$")


def sections() -> Iterator[tuple[str, type[Section]]]:
    for name, field in Settings.model_fields.items():
        kind: Any = EndpointSettings if name == "endpoint" else field.annotation
        yield name, kind


def uncommented(text: str) -> str:
    return "\n".join(line[1:] for line in text.splitlines() if LOOKS_LIKE_A_KEY.match(line))


def test_the_shipped_file_is_the_example() -> None:
    """Made anew by ``codeiod config --example > systemd/codeiod.toml`` where settings change."""
    assert SHIPPED.read_text() == example()


def test_the_example_sets_nothing(tmp_path: Path) -> None:
    """As it stands, it changes no setting."""
    file = tmp_path / "codeiod.toml"
    file.write_text(example())
    assert load(file, environ={}).settings == Settings()


def test_the_example_holds_the_defaults(tmp_path: Path) -> None:
    """Without the comment signs it changes nothing either, but for an endpoint with an address."""
    text = uncommented(example())
    address = '[[endpoint]]\nbase_url = "http://h/v1"\nmodel = "m"'
    file = tmp_path / "codeiod.toml"
    file.write_text(text.replace("[[endpoint]]", address))
    (endpoint,) = (settings := load(file, environ={}).settings).endpoint
    assert endpoint == EndpointSettings(base_url="http://h/v1", model="m")
    assert settings.model_copy(update={"endpoint": ()}) == Settings()


def test_the_example_has_every_key() -> None:
    """Those without a default too."""
    parts = re.split(r"^#\[+(\w+)\]+$", example(), flags=re.MULTILINE)
    keys = {
        name: set(re.findall(r"^#(\w+) =", text, flags=re.MULTILINE))
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    assert keys == {name: set(kind.model_fields) for name, kind in sections()}


@pytest.mark.parametrize(("name", "kind"), list(sections()))
def test_every_key_says_what_it_is_for(name: str, kind: type[Section]) -> None:
    """Below its definition, in the settings' own modules; and so does its section."""
    assert kind.__doc__ is not None, name
    assert set(texts_of(kind)) == set(kind.model_fields)


def test_the_command_prints_it() -> None:
    """Also in a folder whose own settings are broken."""
    command = [str(Path(sys.executable).with_name("codeiod")), "config", "--example"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout == example()
    tomllib.loads(uncommented(run.stdout))
