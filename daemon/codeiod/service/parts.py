"""All that a run works with: its directory, its recipes, its sandbox and its teacher.

May import ``plan``, ``recipes``, ``redo``, ``budget``, ``memory`` and ``traffic`` of this package,
all that lies below it, the sandbox and the prompts. What is opened first is closed last.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from anyio import to_thread

from codeiod import sources
from codeiod.admission import Recipe
from codeiod.config import Settings
from codeiod.dataset.committer import Committer, recover_dataset
from codeiod.errors import SettingsError
from codeiod.execution import Runner, TracesOfTwo, modules_of, provenance
from codeiod.journal import Journal, Keeping, Retention
from codeiod.llm.budget import Budget, Caps
from codeiod.service.budget import budget_of, caps_of
from codeiod.service.memory import warn_of_tight_memory
from codeiod.service.plan import Plan
from codeiod.service.recipes import Recipes, agree
from codeiod.service.redo import make_anew
from codeiod.service.traffic import CountedRunner
from codeiod.teachers.asks import Teacher
from codeiod.teachers.builtin import BuiltinTeacher
from codeiod.teachers.openai import OpenAITeacher
from codeiod_prompts import Prompts
from codeiod_sandbox import (
    HelperSandbox,
    Limits,
    Sandbox,
    SandboxError,
    SandboxLevel,
)
from codeiod_sandbox.remedies import keeps_below

_WEAK_ADVICE = (
    "WEAK ISOLATION: run no program here that you do not trust; codeiod doctor says what to change"
)
_SOME_ADVICE = "programs are less isolated than they could be; codeiod doctor says what to change"

log = structlog.get_logger()


class WatchedTeacher(Teacher, Protocol):
    """A teacher that can tell when going on has no point."""

    async def reach(self) -> str:
        """Find out, at no cost, whether there is someone to ask; say why not, ``""`` if so."""
        ...

    async def watch(self, tell: Callable[[str], None] | None = None) -> None:
        """Watch for ever.

        :param tell: told why no one answers, in place of raising, and ``""`` once someone does.
        :raises codeiod.errors.CodeiodError: no one will answer any more.
        """
        ...

    def obey(self, settings: Settings, calls: int) -> None:
        """Take settings that differ in limits alone, and have so many calls in flight at most."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """All that a run works with; the seams at which tests and benches put their fakes."""

    journal: Journal
    committer: Committer
    recipes: Recipes
    sandbox: CountedRunner
    teacher: WatchedTeacher
    provenance: str
    budget: Budget = field(default_factory=lambda: Budget(Caps()))
    level: int = 0
    """What the sandbox reaches."""


@asynccontextmanager
async def open_parts(plan: Plan) -> AsyncIterator[Parts]:
    """Check the plan, take the directory, and start what the work needs.

    :raises CodeiodError: something is in the way.
    """
    settings = plan.settings
    caps_of(settings)
    present = Recipe.of(settings, Prompts.load(settings.prompts.language))
    nothing = not (plan.sources or plan.endless)
    if nothing and not (plan.directory / "journal").is_dir():
        raise SettingsError(f"no source is given, and {plan.directory} holds no run to go on with")
    await to_thread.run_sync(sources.check, plan.sources, plan.directory)
    async with _open_journal(plan) as journal:
        await recover_dataset(plan.directory, journal)
        budget = budget_of(settings, journal.state.calls)
        recipes = agree(journal, present, new_recipe=plan.new_recipe)
        async with open_sandbox(settings) as sandbox:
            counted = CountedRunner(TracesOfTwo(sandbox), workers_of(settings), sandbox)
            level, where = sandbox.level, provenance(sandbox.level)
            async with open_teacher(settings, counted, budget) as teacher:
                if plan.redo is not None:  # now that nothing is in the way of doing it
                    items = await make_anew(plan.directory, journal, plan.redo)
                    log.info("run.redo", items=items)
                async with Committer.open(plan.directory, journal) as committer:
                    yield Parts(journal, committer, recipes, counted, teacher, where, budget, level)


def _open_journal(plan: Plan) -> AbstractAsyncContextManager[Journal]:
    settings = plan.settings.journal
    # What is to be made anew may stand in any segment.
    retention = Retention.KEEP if plan.redo else Retention(settings.retention)
    keeping = Keeping(settings.compress, retention, settings.snapshot_records)
    return Journal.open(
        plan.directory,
        segment_bytes=settings.segment_bytes,
        retry=plan.retry,
        keeping=keeping,
        reserve_bytes=settings.reserve_bytes,
    )


@asynccontextmanager
async def open_sandbox(settings: Settings) -> AsyncIterator[Sandbox | HelperSandbox]:
    """Start the sandbox.

    :raises SettingsError: it can't be started, or does not isolate programs as well as is asked.
    """
    async with AsyncExitStack() as exits:
        sandbox: Sandbox | HelperSandbox
        try:
            sandbox = await exits.enter_async_context(_make_sandbox(settings))
        except SandboxError as error:
            raise SettingsError(f"{error}; codeiod doctor says what to change") from error
        await _judge_level(sandbox, settings.sandbox.minimum_level)
        memory_bytes = settings.sandbox.memory_bytes
        await to_thread.run_sync(warn_of_tight_memory, workers_of(settings), memory_bytes)
        yield sandbox


async def _judge_level(sandbox: Sandbox | HelperSandbox, minimum: int) -> None:
    level, layers = sandbox.level, sandbox.layers
    if level < minimum:
        why = await to_thread.run_sync(keeps_below, layers, SandboxLevel(minimum))
        raise SettingsError(
            f"the sandbox reaches level {level:d} here and sandbox.minimum_level is {minimum}:"
            f" {why}; codeiod doctor says what to change"
        )
    if level < SandboxLevel.FULL:
        weak = level < SandboxLevel.NO_NAMESPACES
        why = await to_thread.run_sync(keeps_below, layers, SandboxLevel.FULL)
        log.warning(
            "sandbox.weak" if weak else "sandbox.no_namespaces",
            sandbox_level=int(level),
            why=why,
            advice=_WEAK_ADVICE if weak else _SOME_ADVICE,
        )


def _make_sandbox(settings: Settings) -> Sandbox | HelperSandbox:
    wanted = settings.sandbox
    limits = Limits(call_seconds=wanted.call_seconds, memory_bytes=wanted.memory_bytes)
    workers, modules = workers_of(settings), modules_of(wanted)
    if wanted.helpers:
        return HelperSandbox(workers, limits, helpers=wanted.helpers, modules=modules)
    return Sandbox(workers, limits, modules=modules)


@asynccontextmanager
async def open_teacher(
    settings: Settings, sandbox: Runner, budget: Budget | None = None
) -> AsyncIterator[WatchedTeacher]:
    """Open the teacher that the settings name.

    :raises SettingsError: it can't be made of the settings.
    """
    if settings.teacher_kind == "builtin":
        yield BuiltinTeacher(sandbox, calls_of(settings))
    else:
        async with OpenAITeacher(settings, budget=budget) as teacher:
            yield teacher


def workers_of(settings: Settings) -> int:
    """Return how many sandbox workers there are: as many as cores that we may use, unless set."""
    return settings.sandbox.workers or len(os.sched_getaffinity(0))


def calls_of(settings: Settings) -> int:
    """Return how many teacher calls may be in flight at once."""
    if settings.teacher_kind == "builtin":
        return 2 * workers_of(settings)
    return sum(endpoint.max_in_flight for endpoint in settings.endpoint)
