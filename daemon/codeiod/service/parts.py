"""The outside things that a run works with: its sandbox and its teacher.

May import ``config``, ``errors``, ``execution``, ``teachers`` and the sandbox.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

import structlog

from codeiod.config import Settings
from codeiod.errors import SettingsError
from codeiod.execution import Runner
from codeiod.teachers.asks import Teacher
from codeiod.teachers.builtin import BuiltinTeacher
from codeiod.teachers.openai import OpenAITeacher
from codeiod_sandbox import Limits, Sandbox, SandboxError, SandboxLevel

log = structlog.get_logger()


class WatchedTeacher(Teacher, Protocol):
    """A teacher that can tell when going on has no point."""

    async def watch(self) -> None:
        """Watch for ever.

        :raises codeiod.errors.CodeiodError: no one will answer any more.
        """
        ...


@asynccontextmanager
async def open_sandbox(settings: Settings) -> AsyncIterator[Sandbox]:
    """Start the sandbox.

    :raises SettingsError: it can't be started, or does not isolate programs as well as is asked.
    """
    limits = Limits(
        call_seconds=settings.sandbox.call_seconds, memory_bytes=settings.sandbox.memory_bytes
    )
    async with AsyncExitStack() as exits:
        try:
            sandbox = await exits.enter_async_context(Sandbox(workers_of(settings), limits))
        except SandboxError as error:
            raise SettingsError(f"{error}; codeiod doctor says what to change") from error
        minimum = settings.sandbox.minimum_level
        if sandbox.level < minimum:
            raise SettingsError(
                f"the sandbox reaches level {sandbox.level:d} here and sandbox.minimum_level is"
                f" {minimum}; codeiod doctor says what to change"
            )
        if sandbox.level < SandboxLevel.FULL:
            log.warning(
                "sandbox.weak",
                level=int(sandbox.level),
                advice="programs are less isolated than they could be; see codeiod doctor",
            )
        yield sandbox


@asynccontextmanager
async def open_teacher(settings: Settings, sandbox: Runner) -> AsyncIterator[WatchedTeacher]:
    """Open the teacher that the settings name.

    :raises SettingsError: it can't be made of the settings.
    """
    if settings.teacher_kind == "builtin":
        yield BuiltinTeacher(sandbox, calls_of(settings))
    else:
        async with OpenAITeacher(settings) as teacher:
            yield teacher


def workers_of(settings: Settings) -> int:
    """Return how many sandbox workers there are: as many as cores that we may use, unless set."""
    return settings.sandbox.workers or len(os.sched_getaffinity(0))


def calls_of(settings: Settings) -> int:
    """Return how many teacher calls may be in flight at once."""
    if settings.teacher_kind == "builtin":
        return 2 * workers_of(settings)
    return sum(endpoint.max_in_flight for endpoint in settings.endpoint)
