"""Prompts in another language: in force by a setting, part of the recipe, complete."""

from __future__ import annotations

import pytest

from codeiod.admission import Recipe
from codeiod.config import Settings, load
from codeiod.errors import SettingsError
from codeiod.stages.values import over_limit
from codeiod_prompts import Prompts, signature
from codeiod_prompts.phrases import say

CHINESE = Prompts.load("zh")
ENDPOINT = ["endpoint.0.base_url=http://127.0.0.1:1/v1", "endpoint.0.model=m"]


def recipe_in(language: str) -> Recipe:
    settings = load(None, [*ENDPOINT, f"prompts.language={language}"], environ={}).settings
    return Recipe.of(settings, Prompts.load(settings.prompts.language))


def test_the_language_is_part_of_the_recipe() -> None:
    """A directory begun in one language is not gone on with in another unawares."""
    english, chinese = recipe_in("en"), recipe_in("zh")
    assert english.digest != chinese.digest
    assert any(key.startswith("prompts") for key in chinese.differing_keys(english))
    assert recipe_in("zh").digest == chinese.digest
    assert (
        english.digest
        == Recipe.of(load(None, ENDPOINT, environ={}).settings, Prompts.load()).digest
    )


def test_the_builtin_teacher_writes_english() -> None:
    """It is refused beside another language, in one line."""
    with pytest.raises(SettingsError, match="the built-in teacher writes English alone"):
        load(None, ["teacher.kind=builtin", "prompts.language=zh"], environ={})
    with pytest.raises(SettingsError, match=r"prompts\.language"):
        load(None, ["prompts.language=fr"], environ={})
    assert Settings().prompts.language == "en"


@pytest.mark.parametrize(
    "value", [[0] * 30, "x" * 200, {"k": ["y" * 99] * 19}, [[[[[[[[[0]]]]]]]]]]
)
def test_what_breaks_a_limit_is_said_in_chinese(value: object) -> None:
    """Each limit of a value has its words."""
    over = over_limit(value)
    assert over is not None
    told = f"what the function returns is {over.detail}"
    assert over.detail not in say(told, CHINESE.texts)


@pytest.mark.parametrize("names", [["a"], ["a", "b", "c"]])
def test_what_does_not_bind_is_said_in_chinese(names: list[str]) -> None:
    """So has a call that does not fit."""
    found = signature("def main_solution(a, b):\n    return a\n")
    assert found is not None
    assert "参数" in say(found.binds(names), CHINESE.texts)
