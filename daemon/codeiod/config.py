"""The settings: their defaults, where each value in force comes from, and clear refusals.

May import pydantic and ``errors``. Layers, the later wins: defaults, the settings file, the
environment (``CODEIOD_SECTION__KEY``), ``--set section.key=value``, flags. Unknown keys are refused
by name.
"""

from __future__ import annotations

import difflib
import os
import tomllib
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from codeiod.errors import SettingsError

ENVIRONMENT_PREFIX = "CODEIOD_"
DEFAULT_FILE = Path("codeiod.toml")


class Section(BaseModel):
    """One section of the settings; frozen, and unknown keys are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, allow_inf_nan=False
    )


class OutputSettings(Section):
    dir: str = Field(default="out", min_length=1)


class TeacherSettings(Section):
    kind: Literal["", "openai", "builtin"] = ""
    """``""``: openai where an endpoint is configured, else a refusal that says so."""


class Price(Section):
    """Per million tokens."""

    currency: str = ""
    input: float = Field(default=0.0, ge=0)
    cached_input: float = Field(default=0.0, ge=0)
    output: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _names_its_currency(self) -> Self:
        if not self.currency and (self.input or self.cached_input or self.output):
            raise ValueError("a price needs a currency")
        return self


class EndpointSettings(Section):
    name: str = Field(default="main", min_length=1)
    base_url: str = Field(pattern=r"^https?://[^\s]+$")
    model: str = Field(min_length=1)
    api_key_env: str = ""
    api_key_file: str = ""
    requests_per_minute: float = Field(default=0.0, ge=0)
    tokens_per_minute: float = Field(default=0.0, ge=0)
    max_in_flight: int = Field(default=64, ge=1)
    timeout_seconds: float = Field(default=600.0, gt=0)
    stream: bool = False
    price: Price = Price()
    headers: dict[str, str] = {}
    extra_body: dict[str, Any] = {}


class StageSettings(Section):
    """What a stage asks a teacher with; what is absent is not sent."""

    endpoint: str = ""
    temperature: float | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)


class UnifySettings(StageSettings):
    attempts: int = Field(default=2, ge=1, le=2)


class SampleSettings(Section):
    pairs: int = Field(default=10, ge=2)
    draws: int = Field(default=50, ge=2)
    seed: int = 0
    trivial: Literal["reject", "mark"] = "reject"


class PredictSettings(StageSettings):
    output_pairs: int = Field(default=3, ge=0)
    input_pairs: int = Field(default=3, ge=0)
    samples: int = Field(default=1, ge=1)


class ReviseSettings(StageSettings):
    turns: int = Field(default=1, ge=0, le=1)


class SandboxSettings(Section):
    workers: int = Field(default=0, ge=0)
    call_seconds: float = Field(default=5.0, gt=0)
    memory_bytes: int = Field(default=1 << 30, ge=64 << 20)
    minimum_level: int = Field(default=2, ge=1, le=4)


class ItemsSettings(Section):
    in_flight: int = Field(default=0, ge=0)
    max_bytes: int = Field(default=1 << 20, ge=1)
    content_field: str = "content"
    meta_fields: tuple[str, ...] = (
        "path",
        "repo_name",
        "blob_id",
        "language",
        "license",
        "url",
        "source",
        "category",
    )


class BudgetSettings(Section):
    money: float = Field(default=0.0, ge=0)
    money_per_day: float = Field(default=0.0, ge=0)
    tokens: int = Field(default=0, ge=0)


class ServiceSettings(Section):
    watch: tuple[str, ...] = ()
    listen: str = "127.0.0.1:8642"
    grace_seconds: float = Field(default=120.0, ge=0)


class Settings(Section):
    """All settings; see ``docs/settings.md`` for what each means."""

    output: OutputSettings = OutputSettings()
    teacher: TeacherSettings = TeacherSettings()
    endpoint: tuple[EndpointSettings, ...] = ()
    unify: UnifySettings = UnifySettings()
    sample: SampleSettings = SampleSettings()
    predict: PredictSettings = PredictSettings()
    revise: ReviseSettings = ReviseSettings()
    sandbox: SandboxSettings = SandboxSettings()
    items: ItemsSettings = ItemsSettings()
    budget: BudgetSettings = BudgetSettings()
    service: ServiceSettings = ServiceSettings()

    @model_validator(mode="after")
    def _endpoints_are_named(self) -> Self:
        names = [endpoint.name for endpoint in self.endpoint]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two endpoints are named {name!r}")
        for stage in ("unify", "predict", "revise"):
            wanted = getattr(self, stage).endpoint
            if wanted and wanted not in names:
                raise ValueError(
                    f"{stage}.endpoint names {wanted!r}, and no endpoint has that name"
                )
        return self

    @property
    def teacher_kind(self) -> str:
        """The teacher in force.

        :raises SettingsError: none is named, and no endpoint is configured.
        """
        if self.teacher.kind == "builtin":
            return "builtin"
        if self.endpoint:
            return "openai"
        raise SettingsError(
            "no teacher: configure an [[endpoint]], give --base-url and --model,"
            " or take --teacher builtin"
        )

    def endpoints_of(self, stage: str) -> tuple[EndpointSettings, ...]:
        """Return the endpoints that a stage (``unify``, ``predict``, ``revise``) may use."""
        wanted = getattr(self, stage).endpoint
        return tuple(e for e in self.endpoint if not wanted or e.name == wanted)


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
        raise SettingsError(_explain(error.errors()[0], origins)) from error
    return Loaded(settings, origins)


def read_api_key(endpoint: EndpointSettings, environ: Mapping[str, str] = os.environ) -> str:
    """Read the key of an endpoint, ``""`` where it has none.

    :raises SettingsError: the variable or file that should hold it is missing or empty.
    """
    where = f"endpoint {endpoint.name!r}"
    if endpoint.api_key_env:
        key = environ.get(endpoint.api_key_env, "").strip()
        if not key:
            raise SettingsError(f"{where}: the variable {endpoint.api_key_env} is not set")
        return key
    if not endpoint.api_key_file:
        return ""
    path = Path(endpoint.api_key_file)
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder and not path.is_absolute() and (Path(folder) / path).is_file():
        path = Path(folder) / path
    try:
        key = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{where}: the key file {path} can't be read: {error}") from error
    if not key:
        raise SettingsError(f"{where}: the key file {path} is empty")
    return key


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

    A setting that is a text keeps what was written, were it like a number or a date.
    """
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return text if _type_at(path) is str and not isinstance(value, str) else value


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


def _explain(error: ErrorDetails, origins: Mapping[str, str]) -> str:
    path = ".".join(str(part) for part in error["loc"])
    origin = origins.get(path)
    where = f"setting {path}" + (f" ({origin})" if origin else "") if path else "settings"
    if error["type"] == "extra_forbidden":
        return f"unknown {where}: {_known(error['loc'])}"
    if error["type"] == "missing":
        return f"{where} is missing"
    message = error["msg"].removeprefix("Value error, ")
    shown = "" if isinstance(error["input"], dict | Section) else f" (it is {error['input']!r})"
    return f"{where}: {message}{shown}"


def _known(location: Sequence[int | str]) -> str:
    names = sorted(_type_at(location[:-1]).model_fields)
    near = difflib.get_close_matches(str(location[-1]), names, n=1)
    guess = f"did you mean {near[0]}? " if near else ""
    return f"{guess}known here: {', '.join(names)}"


def _type_at(location: Sequence[int | str]) -> Any:
    """Return the type of the section or setting at a place, None where there is none."""
    kind: Any = Settings
    for part in location:
        if typing.get_origin(kind) is tuple:
            kind = typing.get_args(kind)[0]
        elif typing.get_origin(kind) is dict:
            kind = typing.get_args(kind)[1]
        else:
            field = getattr(kind, "model_fields", {}).get(part)
            kind = field.annotation if field else None
    return kind
