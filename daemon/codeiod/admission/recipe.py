"""What shapes the data, named by its digest: the same recipe asks the same questions.

May import ``items``, ``config``, ``errors`` and ``codeiod_prompts``. A recipe holds the prompts,
the kind of teacher, each stage's models (with their extra parameters) and settings, and the
sandbox's limits and modules. Rates, budgets, addresses and names of endpoints, and workers are no
part of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import orjson
from pydantic import ValidationError

from codeiod.config import (
    ASKING_STAGES,
    TRAFFIC_KEYS,
    PredictSettings,
    ReviseSettings,
    SampleSettings,
    Section,
    Settings,
    UnifySettings,
)
from codeiod.errors import DirectoryError, SettingsError
from codeiod.items import canonical, item_id_of
from codeiod_prompts import Prompts

SHOWN_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Recipe:
    """What shapes the data."""

    body: dict[str, Any]
    """As the journal stores it: plain JSON."""
    prompts: Prompts
    teacher: str
    models: Mapping[str, Any]
    """For each stage that asks, its models with their extra parameters, sorted."""
    unify: UnifySettings
    sample: SampleSettings
    predict: PredictSettings
    revise: ReviseSettings
    call_seconds: float
    memory_bytes: int
    modules: tuple[str, ...]
    """What programs may import beside the standard library; empty: all that is installed."""

    @classmethod
    def of(cls, settings: Settings, prompts: Prompts) -> Self:
        """Take from the settings what shapes the data.

        :raises SettingsError: there is no teacher, or a value that no record can hold.
        """
        sandbox = settings.sandbox
        body = {
            "prompts": dict(prompts.texts),
            "teacher": settings.teacher_kind,
            "models": {stage: _models(settings, stage) for stage in ASKING_STAGES},
            "unify": _dump(settings.unify),
            "sample": _dump(settings.sample),
            "predict": _dump(settings.predict),
            "revise": _dump(settings.revise),
            "sandbox": {
                "call_seconds": sandbox.call_seconds,
                "memory_bytes": sandbox.memory_bytes,
                "modules": sorted(set(sandbox.modules)),
            },
        }
        try:
            canonical(body)  # refuses dates and NaN
            orjson.dumps(body)  # refuses integers of more than 64 bits
        except (TypeError, ValueError) as error:
            raise SettingsError(f"a setting that shapes the data is not JSON: {error}") from error
        return cls.load(body)

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Self:
        """Read a recipe as the journal stored it.

        :raises DirectoryError: it holds what this version does not know.
        """
        try:
            return cls(
                body=dict(body),
                prompts=Prompts(body["prompts"]),
                teacher=body["teacher"],
                models=body["models"],
                unify=UnifySettings(**body["unify"]),
                sample=SampleSettings(**body["sample"]),
                predict=PredictSettings(**body["predict"]),
                revise=ReviseSettings(**body["revise"]),
                call_seconds=body["sandbox"]["call_seconds"],
                memory_bytes=body["sandbox"]["memory_bytes"],
                modules=tuple(body["sandbox"].get("modules", ())),
            )
        except (KeyError, TypeError, ValidationError) as error:
            why = f"{type(error).__name__}: {str(error).splitlines()[0]}"
            raise DirectoryError(
                f"the journal holds a recipe of another version ({why})"
            ) from error

    @property
    def checks_traces(self) -> bool:
        """Whether the claims of rationales are checked against traces."""
        wanted = self.predict.trace_check
        return self.teacher == "builtin" if wanted == "auto" else wanted == "on"

    @property
    def digest(self) -> str:
        """Name the recipe: BLAKE2b-128 of its canonical JSON, in hex."""
        return item_id_of(canonical(self.body).encode())

    def differing_keys(self, other: Recipe) -> list[str]:
        """Name what is not the same, as ``section.key``; what is absent has its default.

        This, and not the digest, tells whether a directory was made with the recipe at hand: a
        later version may store settings that an earlier one did not have.
        """
        here, there = self._values(), other._values()
        return sorted(key for key in here.keys() | there.keys() if here.get(key) != there.get(key))

    def differences(self, other: Recipe) -> list[str]:
        """Say what is not the same, as ``sample.pairs: 10 here, 4 there``; long values by name."""
        here, there = self._values(), other._values()
        return [
            _difference(key, here.get(key), there.get(key)) for key in self.differing_keys(other)
        ]

    def _values(self) -> dict[str, Any]:
        """Return the values in force by dotted key; a setting that is not sent is left out."""
        sections: dict[str, Mapping[str, Any]] = {
            "prompts": self.prompts.texts,
            "models": self.models,
            "unify": _dump(self.unify),
            "sample": _dump(self.sample),
            "predict": _dump(self.predict),
            "revise": _dump(self.revise),
            "sandbox": {
                "call_seconds": self.call_seconds,
                "memory_bytes": self.memory_bytes,
                "modules": list(self.modules),
            },
        }
        values: dict[str, Any] = {"teacher": self.teacher}
        for section, settings in sections.items():
            values |= {f"{section}.{key}": value for key, value in settings.items()}
        return values


def _dump(section: Section) -> dict[str, Any]:
    return section.model_dump(exclude_none=True, exclude=set(TRAFFIC_KEYS))


def _models(settings: Settings, stage: str) -> list[dict[str, Any]]:
    """List what may answer a stage, each once, in an order that names of endpoints don't change."""
    if settings.teacher_kind != "openai":
        return []
    models = [
        {"model": endpoint.model, "extra_body": endpoint.extra_body}
        for endpoint in settings.endpoints_of(stage)
    ]
    unique = {json.dumps(model, sort_keys=True, default=str): model for model in models}
    return [unique[key] for key in sorted(unique)]


def _difference(key: str, here: Any, there: Any) -> str:
    shown = [
        "not set" if value is None else json.dumps(value, ensure_ascii=False)
        for value in (here, there)
    ]
    if max(map(len, shown)) > SHOWN_CHARACTERS:
        return key
    return f"{key}: {shown[0]} here, {shown[1]} there"
