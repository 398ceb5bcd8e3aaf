"""Settings change one after the other, whole or not at all, and the record comes first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
import pytest_asyncio
from anyio import to_thread

from codeiod.admission import Recipe
from codeiod.config import Settings, load
from codeiod.dataset.committer import Committer
from codeiod.errors import SettingsError
from codeiod.journal import Journal
from codeiod.journal.records import Change
from codeiod.journal.trail import Trail
from codeiod.llm.budget import Budget
from codeiod.service.budget import budget_of
from codeiod.service.limits import change
from codeiod.service.parts import Parts
from codeiod.service.recipes import agree
from codeiod.service.reload import reload, take_anew
from codeiod.service.traffic import CountedRunner
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod_prompts import Prompts


@dataclass
class Told:
    """Who takes note of what he is told: life, watcher and sandbox at once."""

    bounds: list[int] = field(default_factory=list)
    folders: list[tuple[str, ...]] = field(default_factory=list)
    workers: list[int] = field(default_factory=list)

    def bound(self, max_items: int) -> None:
        self.bounds.append(max_items)

    def change(self, folders: Sequence[str]) -> None:
        self.folders.append(tuple(folders))

    async def resize(self, workers: int) -> None:
        await anyio.sleep(0.01)  # as zygotes end: others may come meanwhile
        self.workers.append(workers)


@dataclass
class Daemon:
    """What changes need of a daemon; the journal and the budget are real."""

    settings: Settings
    parts: Parts
    directory: Path
    told: Told
    file: Settings | None = None
    changing: anyio.Lock = field(default_factory=anyio.Lock)

    @property
    def life(self) -> Told:
        return self.told

    @property
    def watcher(self) -> Told:
        return self.told

    def load(self) -> Settings:
        if self.file is None:
            raise SettingsError("settings file c.toml is not TOML")
        return self.file

    @property
    def budget(self) -> Budget:
        return self.parts.budget


def settings_of(folder: Path, *assignments: str) -> Settings:
    plain = ["endpoint.0.base_url=http://127.0.0.1:1/v1", "endpoint.0.model=m", "sandbox.workers=2"]
    return load(None, [f"output.dir='{folder / 'out'}'", *plain, *assignments], environ={}).settings


@pytest_asyncio.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    """Make a daemon of fakes over a real journal."""

    def prepare() -> tuple[Settings, Recipe]:
        settings = settings_of(tmp_path)
        return settings, Recipe.of(settings, Prompts.load())

    settings, recipe = await to_thread.run_sync(prepare)
    told = Told()
    async with (
        Journal.open(tmp_path / "out") as journal,
        Committer.open(tmp_path / "out", journal) as committer,
    ):
        recipes = agree(journal, recipe, new_recipe=False)
        runner = CountedRunner(FakeSandbox(), 2, told)
        budget = budget_of(settings, journal.state.calls)
        parts = Parts(journal, committer, recipes, runner, FakeTeacher(), "here", budget)
        yield Daemon(settings, parts, tmp_path / "out", told)


def with_limits(settings: Settings, section: str, **values: Any) -> Settings:
    tree = settings.model_dump()
    tree[section] |= values
    return Settings.model_validate(tree)


async def changes(daemon: Daemon) -> list[Change]:
    await daemon.parts.journal.flush()
    trail = Trail(daemon.directory, daemon.parts.journal.disk)
    records = await to_thread.run_sync(lambda: list(trail._holding(b'"kind":"change"')))
    return [record for record in records if isinstance(record, Change)]


async def test_two_changes_at_once_are_one_after_the_other(daemon: Daemon) -> None:
    """Neither undoes the other's, however long the first takes to come into force."""
    async with anyio.create_task_group() as group:
        for number in range(3, 9):
            group.start_soon(
                lambda n=number: change(
                    daemon,
                    lambda old: with_limits(old, "sandbox", workers=n),
                    by="uid 1",
                    what="limits",
                )
            )
            group.start_soon(
                lambda n=number: change(
                    daemon,
                    lambda old: with_limits(old, "budget", tokens=n),
                    by="uid 2",
                    what="limits",
                )
            )
    assert (daemon.settings.sandbox.workers, daemon.settings.budget.tokens) == (8, 8)
    assert daemon.told.workers == [3, 4, 5, 6, 7, 8]
    assert daemon.budget.caps.tokens == 8
    records = await changes(daemon)
    for key in ("sandbox.workers", "budget.tokens"):
        chain = [(r.before[key], r.after[key]) for r in records if key in r.after]
        assert [before for before, _ in chain[1:]] == [after for _, after in chain[:-1]]


async def test_nothing_changes_where_one_part_is_wrong(daemon: Daemon) -> None:
    """A watched folder in the output directory keeps the workers as they are, too."""
    before = daemon.settings
    inside = str(daemon.directory / "in")
    with pytest.raises(SettingsError, match=r"service\.watch"):
        await change(
            daemon,
            lambda old: with_limits(
                with_limits(old, "sandbox", workers=9), "service", watch=(inside,)
            ),
            by="uid 1",
            what="reload",
        )
    assert daemon.settings == before
    assert daemon.told == Told()
    assert await changes(daemon) == []


async def test_what_follows_from_a_change(daemon: Daemon) -> None:
    """More calls in flight let more items inside; other parts are left alone."""
    tree = daemon.settings.model_dump()
    tree["endpoint"][0]["max_in_flight"] = 100
    wanted = Settings.model_validate(tree)
    (found,) = await change(daemon, lambda _: wanted, by="uid 1", what="limits")
    assert str(found) == "endpoint.main.max_in_flight 64 -> 100"
    assert daemon.told == Told(bounds=[1600])


async def test_the_same_again_is_no_change(daemon: Daemon) -> None:
    """Nothing is journalled, and nothing is told."""
    assert await change(daemon, lambda old: old, by="reload", what="reload") == ()
    assert daemon.told == Told()
    assert await changes(daemon) == []


async def test_a_reload_that_is_refused_is_told_and_no_more(daemon: Daemon) -> None:
    """A broken file ends nothing: the settings before stay in force, and a good one is taken."""
    await reload(daemon)
    assert daemon.told == Told()
    daemon.file = with_limits(daemon.settings, "budget", money_per_day=4.0)
    await reload(daemon)  # no prices: refused
    assert daemon.settings.budget.money_per_day == 0
    daemon.file = with_limits(daemon.settings, "service", watch=("w",), log_level="warning")
    try:
        changed = await take_anew(daemon, "uid 3")
    finally:
        daemon.file = with_limits(daemon.settings, "service", log_level="info")
        await reload(daemon)
    assert [one.key for one in changed] == ["service.watch", "service.log_level"]
    assert daemon.told.folders == [("w",)]
    assert [record.by for record in await changes(daemon)] == ["uid 3", "reload"]
