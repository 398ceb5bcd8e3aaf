"""Promises of the recipe: what shapes the data is in it, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.admission import Recipe
from codeiod.config import Settings, load
from codeiod.errors import DirectoryError, SettingsError
from codeiod_prompts import Prompts

PROMPTS = Prompts({"unify": "Make a program of this code, please: {{code}}.", "success": "Success"})
ENDPOINT = {"name": "main", "base_url": "http://127.0.0.1:1/v1", "model": "m"}
OTHER = {"name": "other", "base_url": "http://127.0.0.1:2/v1", "model": "n"}


def settings(**sections: Any) -> Settings:
    return Settings.model_validate({"endpoint": [ENDPOINT], **sections})


def recipe(prompts: Prompts = PROMPTS, **sections: Any) -> Recipe:
    return Recipe.of(settings(**sections), prompts)


@pytest.mark.parametrize(
    ("sections", "keys"),
    [
        ({"unify": {"attempts": 1}}, ["unify.attempts"]),
        ({"unify": {"temperature": 0.5}}, ["unify.temperature"]),
        ({"sample": {"pairs": 4}}, ["sample.pairs"]),
        ({"sample": {"seed": 1, "draws": 60}}, ["sample.draws", "sample.seed"]),
        ({"sample": {"trivial": "mark"}}, ["sample.trivial"]),
        ({"predict": {"samples": 3, "max_tokens": 9}}, ["predict.max_tokens", "predict.samples"]),
        ({"revise": {"turns": 0, "top_p": 0.9}}, ["revise.top_p", "revise.turns"]),
        ({"sandbox": {"call_seconds": 6}}, ["sandbox.call_seconds"]),
        ({"sandbox": {"memory_bytes": 1 << 29}}, ["sandbox.memory_bytes"]),
        ({"sandbox": {"modules": ["numpy"]}}, ["sandbox.modules"]),
        (
            {"endpoint": [{**ENDPOINT, "model": "n"}]},
            ["models.predict", "models.revise", "models.unify"],
        ),
        (
            {"endpoint": [{**ENDPOINT, "extra_body": {"top_k": 1}}]},
            ["models.predict", "models.revise", "models.unify"],
        ),
        (
            {"endpoint": [ENDPOINT, OTHER], "unify": {"endpoint": "main"}},
            ["models.predict", "models.revise"],
        ),
        (
            {"teacher": {"kind": "builtin"}},
            ["models.predict", "models.revise", "models.unify", "teacher"],
        ),
    ],
)
def test_what_shapes_the_data_is_in_it(sections: dict[str, Any], keys: list[str]) -> None:
    """A change of such a setting changes the digest and is named, from either side."""
    plain, changed = recipe(), recipe(**sections)
    assert plain.digest != changed.digest
    assert plain.differing_keys(changed) == changed.differing_keys(plain) == keys


@pytest.mark.parametrize(
    "sections",
    [
        {"endpoint": [{**ENDPOINT, "name": "x", "base_url": "https://elsewhere/v1"}]},
        {"endpoint": [{**ENDPOINT, "max_in_flight": 2, "requests_per_minute": 3}]},
        {"endpoint": [{**ENDPOINT, "headers": {"a": "b"}, "api_key_env": "KEY"}]},
        {"endpoint": [ENDPOINT, {**ENDPOINT, "name": "second"}]},
        {"unify": {"endpoint": "main"}},
        {"sandbox": {"workers": 7, "minimum_level": 1, "helpers": 1, "preload": ["json"]}},
        {"budget": {"money": 5}},
        {"items": {"max_bytes": 9, "in_flight": 3}},
        {"output": {"dir": "elsewhere"}},
        {"service": {"grace_seconds": 1}},
    ],
)
def test_what_does_not_shape_the_data_is_not(sections: dict[str, Any]) -> None:
    """Rates, addresses, names, workers, budgets and the like may change at any time."""
    plain, changed = recipe(), recipe(**sections)
    assert plain.digest == changed.digest
    assert plain.differing_keys(changed) == []


def test_the_order_of_endpoints_does_not_matter() -> None:
    """The same models in another order are the same recipe."""
    assert recipe(endpoint=[ENDPOINT, OTHER]).digest == recipe(endpoint=[OTHER, ENDPOINT]).digest


def test_the_order_of_modules_does_not_matter() -> None:
    """What programs may import is a set."""
    one, other = ["numpy", "sympy"], ["sympy", "numpy", "sympy"]
    assert recipe(sandbox={"modules": one}).digest == recipe(sandbox={"modules": other}).digest


def test_prompts_are_in_it_by_name() -> None:
    """A changed text is named; long ones are not shown."""
    changed = recipe(Prompts({**PROMPTS.texts, "unify": "Another text."}))
    assert recipe().digest != changed.digest
    assert recipe().differences(changed) == ["prompts.unify"]


def test_differences_are_said_with_both_values() -> None:
    """Short values are shown, and what is not set is said so."""
    changed = recipe(sample={"pairs": 4}, unify={"temperature": 0.5}, predict={"max_tokens": 9})
    assert recipe().differences(changed) == [
        "predict.max_tokens: not set here, 9 there",
        "sample.pairs: 10 here, 4 there",
        "unify.temperature: not set here, 0.5 there",
    ]


def test_it_comes_back_from_the_journal() -> None:
    """Stored as JSON and loaded, it is the same recipe with typed settings."""
    made = recipe(
        unify={"attempts": 1, "temperature": 0, "endpoint": "main"},
        sample={"seed": -(2**62)},
        endpoint=[{**ENDPOINT, "extra_body": {"a": {"b": [1, 2.5, None]}}}],
    )
    for body in (json.loads(json.dumps(made.body)), orjson.loads(orjson.dumps(made.body))):
        loaded = Recipe.load(body)
        assert loaded == made
        assert loaded.digest == made.digest
        assert loaded.differing_keys(made) == []
    assert loaded.prompts == PROMPTS
    assert (loaded.unify.attempts, loaded.unify.temperature, loaded.unify.endpoint) == (1, 0, "")
    assert (loaded.sample.seed, loaded.revise.turns, loaded.predict.samples) == (-(2**62), 1, 1)
    assert (loaded.teacher, loaded.call_seconds, loaded.memory_bytes) == ("openai", 5, 1 << 30)


def test_a_setting_that_an_earlier_version_did_not_store_has_its_default() -> None:
    """A directory of an earlier version does not differ by what that version did not know."""
    body = json.loads(json.dumps(recipe().body))
    del body["sample"]["trivial"]
    del body["sandbox"]["modules"]
    earlier = Recipe.load(body)
    assert earlier.differing_keys(recipe()) == []
    assert earlier.differing_keys(recipe(sample={"trivial": "mark"})) == ["sample.trivial"]


@pytest.mark.parametrize("change", [{"sample": {"new": 1}}, {"sample": None}, {"sandbox": {}}])
def test_a_recipe_of_another_version_is_refused(change: dict[str, Any]) -> None:
    """What this version does not understand is not guessed at."""
    with pytest.raises(DirectoryError, match="recipe of another version"):
        Recipe.load({**recipe().body, **change})


@pytest.mark.parametrize("value", ["2026-01-01", "nan", "1_000_000_000_000_000_000_000"])
def test_what_is_not_json_is_refused(
    value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """TOML can say what JSON can't: that is told before anything runs."""
    monkeypatch.chdir(tmp_path)
    flags = {"endpoint.0.base_url": "http://h/v1", "endpoint.0.model": "m"}
    loaded = load(None, [f"endpoint.0.extra_body.x={value}"], flags, {})
    with pytest.raises(SettingsError, match="is not JSON"):
        Recipe.of(loaded.settings, PROMPTS)


@given(st.permutations(list(recipe().body)))
def test_the_digest_does_not_hang_on_order(keys: list[str]) -> None:
    """The digest is that of the canonical form."""
    body = recipe().body
    assert Recipe.load({key: body[key] for key in keys}).digest == recipe().digest


def test_the_real_prompts_make_a_recipe() -> None:
    """The texts that the package ships fit into a recipe and come back."""
    prompts = Prompts.load()
    made = Recipe.of(settings(), prompts)
    assert Recipe.load(made.body).prompts.digest() == prompts.digest()


def test_without_a_teacher_there_is_no_recipe() -> None:
    """It says what to do."""
    with pytest.raises(SettingsError, match="no teacher"):
        Recipe.of(Settings(), PROMPTS)
