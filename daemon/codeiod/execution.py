"""The seam to the sandbox: who runs untrusted programs, and what happens when running them fails.

May import ``config`` and the sandbox. What a program did is a value (``Outcome``); the sandbox
itself failing is an exception, retried here and never taken for a verdict.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from importlib.metadata import distributions
from typing import Protocol, TypeVar

import structlog
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from codeiod.config import SandboxSettings
from codeiod_sandbox import (
    DEFAULT_MODULES,
    DEFAULT_TRACE_LIMITS,
    Call,
    Modules,
    Outcome,
    Program,
    SandboxError,
    Traced,
    TraceLimits,
)
from codeiod_sandbox.traces import Shown, Trace

ATTEMPTS = 5
MAX_WAIT_SECONDS = 8.0
MOST_KEPT_STEPS = 20_000
"""Of all traces that wait for a second one to ask for them: some 20 MB at the most."""

T = TypeVar("T")
log = structlog.get_logger()


class Runner(Protocol):
    """Who runs programs: ``codeiod_sandbox.Sandbox``, or a fake of it."""

    async def run(
        self, program: Program, calls: Sequence[Call], *, twin: bool = False, alone: bool = False
    ) -> list[Outcome]:
        """Return one outcome per call, in order.

        :raises SandboxError: the sandbox itself failed; no verdict on the program.
        """
        ...

    async def trace(
        self, program: Program, call: Call, limits: TraceLimits = ..., *, twin: bool = False
    ) -> Traced:
        """Make one call, and tell its steps as well as its outcome.

        :raises SandboxError: the sandbox itself failed; no verdict on the program.
        """
        ...


async def execute(
    runner: Runner, source: str, calls: Sequence[Call], *, twin: bool = False, alone: bool = False
) -> list[Outcome]:
    """Run calls of a program, in order; a fault of the sandbox is retried.

    :raises SandboxError: it kept failing.
    """
    return await _persistently(lambda: runner.run(Program(source), calls, twin=twin, alone=alone))


async def trace(
    runner: Runner,
    source: str,
    call: Call,
    limits: TraceLimits = DEFAULT_TRACE_LIMITS,
    *,
    twin: bool = False,
) -> Traced:
    """Trace a call of a program; a fault of the sandbox is retried.

    :raises SandboxError: it kept failing.
    """
    return await _persistently(lambda: runner.trace(Program(source), call, limits, twin=twin))


@dataclass(frozen=True, slots=True)
class _Kept:
    """A trace as it was asked for."""

    traced: Traced
    limits: TraceLimits
    steps: int

    def serves(self, limits: TraceLimits) -> bool:
        """Tell whether a trace within other limits would be the same."""
        if self.limits == limits:
            return True
        alike = self.limits.max_json_chars == limits.max_json_chars
        return alike and self.traced.trace is not None and _is_whole(self.traced.trace)


class TracesOfTwo:
    """A runner whose traces serve twice: the one who tells of a run, and the one who checks that.

    A trace is handed on once, and forgotten if nobody asks for it soon.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._kept: dict[object, _Kept] = {}
        self._steps = 0

    async def run(
        self, program: Program, calls: Sequence[Call], *, twin: bool = False, alone: bool = False
    ) -> list[Outcome]:
        """Run calls; see ``Runner``."""
        return await self._runner.run(program, calls, twin=twin, alone=alone)

    async def trace(
        self,
        program: Program,
        call: Call,
        limits: TraceLimits = DEFAULT_TRACE_LIMITS,
        *,
        twin: bool = False,
    ) -> Traced:
        """Hand on the trace of an equal call, or make it; see ``Runner``."""
        # Who does not name random numbers can't tell one seed from another.
        seed = call.seed if "random" in program.source else 0
        key = program.source, call.function, json.dumps(dict(call.arguments)), seed, twin
        kept = self._take(key)
        if kept is not None and kept.serves(limits):
            return kept.traced
        traced = await self._runner.trace(program, call, limits, twin=twin)
        self._keep(key, traced, limits)
        return traced

    def _take(self, key: object) -> _Kept | None:
        kept = self._kept.pop(key, None)
        self._steps -= kept.steps if kept else 0
        return kept

    def _keep(self, key: object, traced: Traced, limits: TraceLimits) -> None:
        self._take(key)
        kept = _Kept(traced, limits, 1 + len(traced.trace.steps if traced.trace else ()))
        self._kept[key] = kept
        self._steps += kept.steps
        while self._steps > MOST_KEPT_STEPS:
            self._take(next(iter(self._kept)))


def _is_whole(trace: Trace) -> bool:
    """Tell whether nothing was left out, no step and no part of a value."""
    return trace.is_complete and not any(shown.is_cut for shown in _shown_in(trace))


def _shown_in(trace: Trace) -> Iterator[Shown]:
    for step in trace.steps:
        if step.value is not None:
            yield step.value
        for change in step.changes:
            yield change.value
            yield from (part.value for part in change.parts)


async def _persistently(job: Callable[[], Awaitable[T]]) -> T:
    """Do a job of the sandbox; the first time, which nearly always does it, without a detour."""
    try:
        return await job()
    except SandboxError as error:
        log.warning("sandbox.retry", error=str(error))
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(SandboxError),
        stop=stop_after_attempt(ATTEMPTS - 1),
        wait=wait_random_exponential(max=MAX_WAIT_SECONDS),
        reraise=True,
    ):
        with attempt:
            return await job()
    raise AssertionError("tenacity ends by returning or raising")


def modules_of(wanted: SandboxSettings) -> Modules:
    """Return which modules programs find; what is not set is as the sandbox has it."""
    preload = wanted.preload or DEFAULT_MODULES.preload
    return replace(DEFAULT_MODULES, preload=preload, allowed=wanted.modules or None)


def provenance(level: int) -> str:
    """Say where programs run: Python, a digest of the installed packages, the sandbox's level."""
    packages = sorted({f"{found.name}=={found.version}" for found in distributions()})
    digest = blake2b("\n".join(packages).encode(), digest_size=8).hexdigest()
    return f"python {platform.python_version()}, packages {digest}, level {level:d}"
