"""The front of the sandbox: hands programs to zygotes, a bounded number at a time."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from codeiod_sandbox.outcomes import Call, Limits, Outcome, Program, SandboxLevel

DEFAULT_LIMITS = Limits()


class Sandbox:
    """Run untrusted programs, each in a process of its own."""

    def __init__(
        self,
        workers: int = 0,
        limits: Limits = DEFAULT_LIMITS,
        *,
        python: Path | None = None,
        at_most: SandboxLevel = SandboxLevel.CGROUP,
    ) -> None:
        self.level = SandboxLevel.NONE
        self.layers: Mapping[str, str] = {}
        self.backlog = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    def describe(self) -> str:
        """Say in one line what stands between a program and this machine."""
        return f"level {self.level.value} {self.level.name}"

    async def run(
        self,
        program: Program,
        calls: Sequence[Call],
        *,
        twin: bool = False,
        alone: bool = False,
    ) -> list[Outcome]:
        """Return one outcome per call, in order."""
        raise NotImplementedError
