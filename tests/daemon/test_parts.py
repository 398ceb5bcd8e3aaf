"""The outside things of a run: where one can't be had, the operator gets one line."""

from __future__ import annotations

import pytest
from anyio import to_thread

from codeiod.config import Settings, load
from codeiod.errors import SettingsError
from codeiod.execution import modules_of
from codeiod.service import parts
from codeiod_sandbox import (
    DEFAULT_MODULES,
    Call,
    HelperSandbox,
    Limits,
    Modules,
    Program,
    Returned,
    SandboxError,
)


class Unstartable:
    """A sandbox on a machine that can start none."""

    def __init__(self, workers: int, limits: Limits, *, modules: Modules) -> None:
        self.workers, self.limits, self.modules = workers, limits, modules

    async def __aenter__(self) -> None:
        raise SandboxError("the sandbox can't be started: no fork")

    async def __aexit__(self, *_: object) -> None:
        raise AssertionError("it was never entered")


async def test_a_sandbox_that_can_not_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a refusal with what to do, not a crash."""

    def settings() -> Settings:
        return load(None, ["teacher.kind=builtin"], environ={}).settings

    monkeypatch.setattr(parts, "Sandbox", Unstartable)
    with pytest.raises(SettingsError, match="no fork; codeiod doctor says"):
        async with parts.open_sandbox(await to_thread.run_sync(settings)):
            pass


async def test_the_modules_of_programs_are_those_of_the_settings() -> None:
    """What is not set is as the sandbox has it."""

    def modules(*assignments: str) -> Modules:
        return modules_of(load(None, assignments, environ={}).settings.sandbox)

    assert await to_thread.run_sync(modules) == DEFAULT_MODULES
    chosen = await to_thread.run_sync(
        modules, "sandbox.modules=['numpy', 'scikit-learn']", "sandbox.preload=['json']"
    )
    assert (chosen.allowed, chosen.preload) == (("numpy", "scikit-learn"), ("json",))


async def test_a_run_may_have_its_sandbox_in_a_helper_process() -> None:
    """The setting is all that it takes."""

    def settings() -> Settings:
        assignments = ["teacher.kind=builtin", "sandbox.helpers=1", "sandbox.minimum_level=1"]
        return load(None, assignments, environ={}).settings

    async with parts.open_sandbox(await to_thread.run_sync(settings)) as sandbox:
        assert isinstance(sandbox, HelperSandbox)
        (outcome,) = await sandbox.run(Program("def f(): return 7"), [Call("f", {})])
    assert isinstance(outcome, Returned)
