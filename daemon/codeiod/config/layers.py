"""The layers of settings, and where each value in force comes from.

May import pydantic, ``settings``, ``refusals`` and ``errors``. The later layer wins: defaults, the
settings file, the environment (``CODEIOD_SECTION__KEY``), ``--set section.key=value``, flags.
"""

from __future__ import annotations

import os
import tomllib
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from codeiod.config.refusals import explain, type_at
from codeiod.config.settings import Settings
from codeiod.errors import SettingsError

ENVIRONMENT_PREFIX = "CODEIOD_"
DEFAULT_FILE = Path("codeiod.toml")


@dataclass(frozen=True, slots=True)
class Layer:
    """Values of one origin, nested by section; ``name`` tells the operator where they come from."""

    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force, and by dotted key the layer that each comes from."""

    settings: Settings
    origins: Mapping[str, str]


def load(
    file: Path | None = None,
    assignments: Sequence[str] = (),
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] = os.environ,
    *,
    base_url: str = "",
    model: str = "",
) -> Loaded:
    """Read the settings of all layers.

    :param assignments: ``section.key=value`` texts, as ``--set`` takes them.
    :param flags: values by dotted key, as the command line's own flags give them.
    :param base_url: with ``model`` one endpoint in the place of all that the file names.
    :raises SettingsError: a file, key or value is wrong.
    """
    tree: dict[str, Any] = {}
    origins: dict[str, str] = {}
    flags = dict(flags or {})
    files = list(_file_layers(file))
    if base_url or model:
        if not (base_url and model):
            raise SettingsError("--base-url and --model go together")
        flags |= {"endpoint.0.base_url": base_url, "endpoint.0.model": model}
        files = [_without_endpoints(layer) for layer in files]
    for layer in (
        *files,
        _environment_layer(environ),
        _assigned_layer(assignments),
        _flag_layer(flags),
    ):
        _merge(tree, layer.values, layer.name, origins)
    _lists_from_indices(tree)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        raise SettingsError(explain(error.errors()[0], origins)) from error
    return Loaded(settings, origins)


def _file_layers(file: Path | None) -> Iterator[Layer]:
    if file is None and not DEFAULT_FILE.is_file():
        return
    path = file or DEFAULT_FILE
    try:
        with path.open("rb") as stream:
            yield Layer(str(path), tomllib.load(stream))
    except OSError as error:
        raise SettingsError(f"settings file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file {path} is not TOML: {error}") from error


def _environment_layer(environ: Mapping[str, str]) -> Layer:
    tree: dict[str, Any] = {}
    for name, text in sorted(environ.items()):
        if name.startswith(ENVIRONMENT_PREFIX) and "__" in name:
            path = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
            _place(tree, path, _value(path, text))
    return Layer("environment", tree)


def _assigned_layer(assignments: Sequence[str]) -> Layer:
    tree: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or "." not in name:
            raise SettingsError(f"--set {assignment}: write it as section.key=value")
        path = name.strip().split(".")
        _place(tree, path, _value(path, text))
    return Layer("--set", tree)


def _flag_layer(flags: Mapping[str, Any]) -> Layer:
    tree: dict[str, Any] = {}
    for path, value in flags.items():
        _place(tree, path.split("."), value)
    return Layer("command line", tree)


def _value(path: Sequence[str], text: str) -> Any:
    """Read a value as TOML writes it; what is no TOML is a plain string.

    A setting that is a text keeps what was written, were it like a number or a date; one that is a
    list may be given its only value.
    """
    kind = type_at(path)
    if typing.get_origin(kind) is tuple and not text.lstrip().startswith("["):
        (kind, *_) = typing.get_args(kind)
        return [_value_of(kind, text)]
    return _value_of(kind, text)


def _value_of(kind: Any, text: str) -> Any:
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return text if kind is str and not isinstance(value, str) else value


def _place(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        child = tree.setdefault(name, {})
        if not isinstance(child, dict):
            raise SettingsError(f"setting {'.'.join(path)}: {name} is a value, not a section")
        tree = child
    tree[path[-1]] = value


def _merge(
    tree: dict[str, Any],
    values: Mapping[str, Any],
    name: str,
    origins: dict[str, str],
    stem: str = "",
) -> None:
    for key, value in values.items():
        path = f"{stem}{key}"
        here = tree.get(key)
        if isinstance(value, list) and any(isinstance(part, dict) for part in value):
            value = {str(i): part for i, part in enumerate(value)}
            here = tree[key] = {}
        if isinstance(value, Mapping) and (here is None or isinstance(here, dict)):
            _merge(tree.setdefault(key, {}), value, name, origins, f"{path}.")
        else:
            tree[key] = value
            origins[path] = name


def _lists_from_indices(tree: dict[str, Any]) -> None:
    """Turn ``endpoint = {"0": ..., "1": ...}`` back into a list."""
    endpoints = tree.get("endpoint")
    if not isinstance(endpoints, dict):
        return
    if sorted(endpoints) != sorted(str(i) for i in range(len(endpoints))):
        raise SettingsError(
            "endpoints are numbered from 0 without a gap: endpoint.0.base_url, endpoint.1.base_url"
        )
    tree["endpoint"] = [endpoints[str(i)] for i in range(len(endpoints))]


def _without_endpoints(layer: Layer) -> Layer:
    """Drop the endpoints of a layer: their keys and prices are not those of another address."""
    return Layer(layer.name, {k: v for k, v in layer.values.items() if k != "endpoint"})
