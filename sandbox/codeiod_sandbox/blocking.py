"""The sandbox for code without an event loop: the same, in calls that wait.

Imports anyio and the package's daemon side. The event loop runs in a thread of its own.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from anyio import CancelScope
from anyio.from_thread import BlockingPortal, start_blocking_portal

from codeiod_sandbox.helper import HelperSandbox
from codeiod_sandbox.modules import DEFAULT_MODULES, Modules
from codeiod_sandbox.outcomes import Call, Limits, Outcome, Program, SandboxError, SandboxLevel
from codeiod_sandbox.pool import DEFAULT_LIMITS, Sandbox
from codeiod_sandbox.traces import DEFAULT_TRACE_LIMITS, Traced, TraceLimits

_T = TypeVar("_T")


class SyncSandbox:
    """A `Sandbox` for use in plain functions, and by many threads at once.

        with SyncSandbox(workers=2) as sandbox:
            outcomes = sandbox.run(Program(source), [Call("main_solution", {"n": 3})])

    :param helpers: more than 0 for a `HelperSandbox`. The rest is as in `Sandbox`.
    """

    def __init__(
        self,
        workers: int = 0,
        limits: Limits = DEFAULT_LIMITS,
        *,
        helpers: int = 0,
        python: Path | None = None,
        modules: Modules = DEFAULT_MODULES,
        at_most: SandboxLevel = SandboxLevel.CGROUP,
    ) -> None:
        self.limits = limits
        kind = partial(HelperSandbox, helpers=helpers) if helpers else Sandbox
        self._make: Callable[[], Sandbox | HelperSandbox] = partial(
            kind, workers, limits, python=python, modules=modules, at_most=at_most
        )
        self._exits = ExitStack()
        self._portal: BlockingPortal | None = None
        self._open: Sandbox | HelperSandbox | None = None

    def __enter__(self) -> Self:
        """Start the sandbox. :raises SandboxError: where it can't be."""
        with ExitStack() as exits:
            portal = exits.enter_context(start_blocking_portal())
            self._open = portal.call(self._make)  # its locks belong to the loop
            exits.enter_context(portal.wrap_async_context_manager(self._open))
            self._portal = portal
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._portal = None
        self._exits.close()

    def run(
        self,
        program: Program,
        calls: Sequence[Call],
        *,
        twin: bool = False,
        alone: bool = False,
    ) -> list[Outcome]:
        """Return one outcome per call, in order: see `Sandbox.run`.

        Interrupted by Ctrl-C, it stops the program and raises.

        :raises SandboxError: where the sandbox itself failed, or is not open.
        :raises ValueError: where arguments are not JSON. :raises TypeError: likewise.
        """
        return self._waited_for(lambda sandbox: sandbox.run(program, calls, twin=twin, alone=alone))

    def trace(
        self,
        program: Program,
        call: Call,
        limits: TraceLimits = DEFAULT_TRACE_LIMITS,
        *,
        twin: bool = False,
    ) -> Traced:
        """Make one call and tell what it did: see `Sandbox.trace`; the rest is as in `run`.

        :raises SandboxError: as `run`. :raises ValueError: likewise. :raises TypeError: likewise.
        """
        return self._waited_for(lambda sandbox: sandbox.trace(program, call, limits, twin=twin))

    def _waited_for(self, ask: Callable[[Sandbox | HelperSandbox], Coroutine[Any, Any, _T]]) -> _T:
        if self._portal is None or self._open is None:
            raise SandboxError("the sandbox is not open")
        asked = _Asked(partial(ask, self._open))
        try:
            return self._portal.start_task_soon(asked.run).result()
        except BaseException:  # Ctrl-C may come before the future is ours: so not by the future
            self._portal.start_task_soon(asked.cancel)
            raise

    @property
    def level(self) -> SandboxLevel:
        """How much stands between a program and this machine; NONE before it is open."""
        return self._open.level if self._open else SandboxLevel.NONE

    @property
    def layers(self) -> Mapping[str, str]:
        """Each layer: `on`, or why not."""
        return self._open.layers if self._open else {}

    @property
    def backlog(self) -> int:
        """What runs and what waits."""
        return self._open.backlog if self._open else 0

    def describe(self) -> str:
        """Say in one line what stands between a program and this machine."""
        return self._open.describe() if self._open else "not open"


class _Asked(Generic[_T]):
    """What runs on the loop for one caller, and ends when he no longer waits."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, _T]]) -> None:
        self._work = work
        self._scope: CancelScope | None = None
        self._cancelled = False

    async def run(self) -> _T:
        """Do the work. :raises SandboxError: it was cancelled; no one sees that."""
        if not self._cancelled:
            with CancelScope() as self._scope:
                return await self._work()
        raise SandboxError("cancelled")

    def cancel(self) -> None:
        """End the work, or keep it from beginning."""
        self._cancelled = True
        if self._scope is not None:
            self._scope.cancel()
