"""One item on its way over a real journal, with fakes or the real sandbox at the seams."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from anyio import to_thread

from codeiod.admission import Admission, Recipe
from codeiod.config import load
from codeiod.execution import Runner
from codeiod.items import Entry, Origin, Pair, Program, item_id_of
from codeiod.journal import InFlight, Journal, Steps
from codeiod.service.recipes import agree
from codeiod.stages.work import Work
from codeiod.teachers.asks import Teacher
from codeiod.telemetry import Funnel
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod_prompts import Prompts
from codeiod_sandbox import Limits, Sandbox

OpenWork = Callable[..., AbstractAsyncContextManager[Work]]
MakeRecipe = Callable[..., Recipe]


def recipe_of(*assignments: str) -> Recipe:
    plain = ["teacher.kind=builtin", "predict.trace_check=off"]
    settings = load(None, [*plain, *assignments], environ={}).settings
    return Recipe.of(settings, Prompts.load())


@asynccontextmanager
async def work_over(
    directory: Path,
    *assignments: str,
    teacher: Teacher | None = None,
    sandbox: Runner | None = None,
    content: str = "def f(n): return 3 * n + 1\n",
    path: str = "f.py",
) -> AsyncIterator[Work]:
    recipe = await to_thread.run_sync(partial(recipe_of, *assignments))
    async with Journal.open(directory) as journal:
        recipes = agree(journal, recipe, new_recipe=False)
        item_id = item_id_of(content.encode())
        origin = Origin("src", path, 0, len(content), 1, 2)
        entry = Entry(item_id, origin, content, {"path": path, "language": "Python"})
        await Admission(journal, recipes.current.digest).take(entry)
        item, _ = await journal.load_item(item_id)
        yield Work(
            item=item,
            recipe=recipes.of(item.recipe),
            steps=Steps(journal, item_id, item.epoch, InFlight()),
            teacher=teacher or FakeTeacher(),
            sandbox=sandbox or FakeSandbox(),
            funnel=Funnel(),
            provenance="here",
        )


@pytest.fixture
def make_recipe() -> MakeRecipe:
    """Make the recipe of some ``--set`` assignments."""
    return recipe_of


@pytest.fixture
def open_work(tmp_path: Path) -> OpenWork:
    """Open the directory of a run, with one item in it, as what a stage works with."""

    def start(*assignments: str, **parts: object) -> AbstractAsyncContextManager[Work]:
        return work_over(tmp_path / "out", *assignments, **parts)  # type: ignore[arg-type]  # passed on

    return start


@pytest.fixture
def program() -> Callable[..., Program]:
    """Make a program of its reference code and what draws its ``n``."""

    def make(refcode: str, drawn: str = "random.randrange(1000)", item_id: str = "aa") -> Program:
        generator = f'import random\n\ndef input_generator():\n    return {{"n": {drawn}}}\n'
        return Program(item_id, refcode, "`n` (int)", generator, "What comes of `n`?")

    return make


@pytest.fixture
def pair() -> Pair:
    """Return an input of the fakes' program with its output, a number that nothing else holds."""
    return Pair('{"n": 329218774}', "987656323", 7)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def real_sandbox() -> AsyncIterator[Sandbox]:
    """One real sandbox for a module; its tests run in the module's loop."""
    limits = Limits(call_seconds=0.5, memory_bytes=256 << 20, output_bytes=1 << 16)
    async with Sandbox(workers=1, limits=limits) as sandbox:
        yield sandbox
