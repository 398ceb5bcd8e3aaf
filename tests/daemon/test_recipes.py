"""Recipes of a directory: the same goes on, another is refused, a new one is for later items."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread

from codeiod.admission import Admission, Recipe
from codeiod.config import load
from codeiod.errors import ExitStatus, SettingsError
from codeiod.items import Answer, Entry, Origin, Reason, item_id_of
from codeiod.journal import Journal, Ledger, Steps
from codeiod.journal.records import Commit, Done
from codeiod.journal.tally import Tally
from codeiod.service.recipes import Recipes, agree
from codeiod_prompts import Prompts

URL = "http://127.0.0.1:1/v1"


async def recipe_of(*assignments: str) -> Recipe:
    endpoint = (f"endpoint.0.base_url={URL}", "endpoint.0.model=m")

    def make() -> Recipe:
        settings = load(None, (*endpoint, *assignments), environ={}).settings
        return Recipe.of(settings, Prompts.load())

    return await to_thread.run_sync(make)


async def agreed(
    directory: Path,
    present: Recipe,
    *,
    new: bool = False,
    pending: bool = False,
    answered: bool = True,
) -> Recipes:
    """Agree on a recipe in a directory of its own journal; leave an item pending if asked.

    :param answered: whether an item has been asked for under the recipe, and rejected.
    """
    async with Journal.open(directory) as journal:
        recipes = agree(journal, present, new_recipe=new)
        if answered and not journal.state.calls.answered:
            item = await admit(journal, recipes, "answered")
            await Steps(journal, item, 0).pay("unify/1", answer, of="x")
            done = Done(item, 0, Reason.UNPARSABLE)
            await journal.append_durable(Commit((done,), {}, Tally()))
        if pending:
            await admit(journal, recipes, "x")
        return recipes


async def admit(journal: Journal, recipes: Recipes, content: str) -> str:
    entry = Entry(item_id_of(content.encode()), Origin("s", f"{content}.py"), content)
    await Admission(journal, recipes.current.digest).take(entry)
    return entry.item_id


async def answer(ledger: Ledger) -> Answer:
    await ledger.intent("r", 1, 1.0, "EUR")
    return Answer("no program")


async def refused(directory: Path, present: Recipe, *, new: bool = False) -> str:
    with pytest.raises(SettingsError) as caught:
        await agreed(directory, present, new=new)
    assert caught.value.exit_status == ExitStatus.SETTINGS
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "setting",
    [
        "endpoint.0.max_in_flight=3",
        "endpoint.0.requests_per_minute=9",
        "endpoint.0.base_url=http://127.0.0.1:2/v1",
        "endpoint.0.api_key_env=KEY",
        "endpoint.0.price={currency='USD', input=1}",
        "sandbox.workers=3",
        "items.in_flight=9",
        "service.grace_seconds=1",
        "output.dir=elsewhere",
    ],
)
async def test_rates_addresses_and_workers_are_no_part_of_it(tmp_path: Path, setting: str) -> None:
    """What does not shape the data may change from run to run."""
    first = await agreed(tmp_path, await recipe_of())
    again = await agreed(tmp_path, await recipe_of(setting))
    assert again.current.digest == first.current.digest


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("sample.pairs=4", "sample.pairs: 4 here, 10 there"),
        ("predict.temperature=0.5", "predict.temperature: 0.5 here, not set there"),
        ("revise.turns=0", "revise.turns: 0 here, 1 there"),
        ("sandbox.call_seconds=9", "sandbox.call_seconds: 9.0 here, 5.0 there"),
        ("endpoint.0.model=n", "models.predict"),
        ("endpoint.0.extra_body={top_k=1}", "models.unify"),
    ],
)
async def test_what_shapes_the_data_is_refused_by_name(
    tmp_path: Path, setting: str, told: str
) -> None:
    """The line names the keys, both values, and the way out."""
    await agreed(tmp_path, await recipe_of())
    line = await refused(tmp_path, await recipe_of(setting))
    assert told in line
    assert "--new-recipe" in line
    await agreed(tmp_path, await recipe_of())


async def test_a_default_that_is_written_out_is_the_same(tmp_path: Path) -> None:
    """The digest names what is in force, not how it was written."""
    written = await recipe_of("sandbox.call_seconds=5", "sample.pairs=10")
    assert written.digest == (await recipe_of()).digest


async def test_a_new_recipe_is_for_later_items(tmp_path: Path) -> None:
    """Items on their way keep theirs; from then on the new one is that of the directory."""
    old, new = await recipe_of(), await recipe_of("sample.pairs=4", "predict.temperature=1.0")
    await agreed(tmp_path, old, pending=True)
    recipes = await agreed(tmp_path, new, new=True)
    assert recipes.current.digest == new.digest
    async with Journal.open(tmp_path) as journal:
        later = agree(journal, new, new_recipe=False)
        item, _ = await journal.load_item(item_id_of(b"x"))
        assert item.recipe == old.digest
        assert later.of(item.recipe).sample.pairs == 10
        assert later.of(new.digest).sample.pairs == 4
    assert "sample.pairs: 10 here, 4 there" in await refused(tmp_path, old)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("endpoint.0.model=n", "models.predict, models.revise, models.unify"),
        ("endpoint.0.extra_body={top_k=1}", "models.predict"),
        ("sandbox.memory_bytes=536870912", "sandbox.memory_bytes"),
        ("teacher.kind=builtin", "teacher"),
    ],
)
async def test_who_answers_can_not_change_under_items_on_their_way(
    tmp_path: Path, setting: str, told: str
) -> None:
    """There is one teacher and one sandbox in a run: items under the old recipe come first."""
    await agreed(tmp_path, await recipe_of(), pending=True)
    line = await refused(tmp_path, await recipe_of(setting), new=True)
    assert told in line
    assert "1 item" in line


@pytest.mark.parametrize("setting", ["endpoint.0.model=n", "teacher.kind=builtin"])
async def test_who_answers_may_change_between_items(tmp_path: Path, setting: str) -> None:
    """With nothing on its way any new recipe is taken."""
    await agreed(tmp_path, await recipe_of())
    changed: Any = await recipe_of(setting)
    assert (await agreed(tmp_path, changed, new=True)).current.digest == changed.digest


async def test_a_recipe_that_made_no_data_is_replaced(tmp_path: Path) -> None:
    """A misspelt model costs no directory: items on their way take the recipe that is right."""
    await agreed(tmp_path, await recipe_of("endpoint.0.model=n"), pending=True, answered=False)
    right = await recipe_of()
    recipes = await agreed(tmp_path, right, answered=False)
    assert recipes.current.digest == right.digest
    async with Journal.open(tmp_path) as journal:
        item, _ = await journal.load_item(item_id_of(b"x"))
        assert item.recipe == right.digest
    await agreed(tmp_path, await recipe_of("endpoint.0.model=n"), answered=False)
    await agreed(tmp_path, right)
    async with Journal.open(tmp_path) as journal:
        item, _ = await journal.load_item(item_id_of(b"x"))
        assert item.recipe == right.digest
    await refused(tmp_path, await recipe_of("endpoint.0.model=n"))
