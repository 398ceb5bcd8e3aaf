"""The seam to the sandbox: who runs untrusted programs, and what happens when running them fails.

May import ``config`` and the sandbox. What a program did is a value (``Outcome``); the sandbox
itself failing is an exception, retried here and never taken for a verdict.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from importlib.metadata import distributions
from typing import Protocol

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

ATTEMPTS = 5
MAX_WAIT_SECONDS = 8.0


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
    async for attempt in _attempts():
        with attempt:
            return await runner.run(Program(source), calls, twin=twin, alone=alone)
    raise AssertionError("tenacity ends by returning or raising")


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
    async for attempt in _attempts():
        with attempt:
            return await runner.trace(Program(source), call, limits, twin=twin)
    raise AssertionError("tenacity ends by returning or raising")


def _attempts() -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception_type(SandboxError),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(max=MAX_WAIT_SECONDS),
        reraise=True,
    )


def modules_of(wanted: SandboxSettings) -> Modules:
    """Return which modules programs find; what is not set is as the sandbox has it."""
    preload = wanted.preload or DEFAULT_MODULES.preload
    return replace(DEFAULT_MODULES, preload=preload, allowed=wanted.modules or None)


def provenance(level: int) -> str:
    """Say where programs run: Python, a digest of the installed packages, the sandbox's level."""
    packages = sorted({f"{found.name}=={found.version}" for found in distributions()})
    digest = blake2b("\n".join(packages).encode(), digest_size=8).hexdigest()
    return f"python {platform.python_version()}, packages {digest}, level {level:d}"
