"""How zygotes come and go: each serves for a while, and none is left."""

import os
import select
import stat
import sys
from pathlib import Path

import anyio
import pytest

from codeiod_sandbox import Call, Limits, Program, Returned, Sandbox, SandboxError
from codeiod_sandbox.stock import Retirement
from codeiod_sandbox.zygote import Zygote

LIMITS = Limits(call_seconds=2.0, memory_bytes=256 << 20, output_bytes=1 << 16)
ONE = Program("def f(): return 1")
SETTLE_SECONDS = 20.0


def has_ended(pid: int) -> bool:
    """Tell whether a process is gone, or goes within a bounded time."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], SETTLE_SECONDS)[0])
    finally:
        os.close(watched)


@pytest.mark.parametrize(
    ("retirement", "expected"),
    [
        (Retirement(jobs=3), [3, 3, 1]),
        (Retirement(growth_bytes=-1), [1] * 7),
        (Retirement(), [7]),
    ],
    ids=["after jobs", "after growth", "not yet"],
)
async def test_a_zygote_that_has_served_is_replaced(
    retirement: Retirement, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a number of jobs, or when it has grown; no job notices, and none is left."""
    started: list[Zygote] = []
    start = Zygote.start

    async def remember(*places: object) -> Zygote:
        started.append(await start(*places))  # type: ignore[arg-type] # handed through
        return started[-1]

    monkeypatch.setattr(Zygote, "start", remember)
    async with Sandbox(workers=1, limits=LIMITS, retirement=retirement) as sandbox:
        for _ in range(7):
            (outcome,) = await sandbox.run(ONE, [Call("f", {})])
            assert isinstance(outcome, Returned)
            assert len(sandbox._stock._alive) <= 1
    assert [zygote.jobs for zygote in started] == expected
    assert all(has_ended(zygote.pid) for zygote in started)


def interpreter(folder: Path, fails: str) -> Path:
    """Return an interpreter that fails as the shell says, by how often it was started."""
    script = folder / "python"
    script.write_text(
        f"#!/bin/sh\necho >> {folder}/starts\nn=$(wc -l < {folder}/starts)\n"
        f'if {fails}; then kill -9 $$; fi\nexec {sys.executable} "$@"\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return script


async def test_a_first_zygote_that_is_killed_costs_no_layer(tmp_path: Path) -> None:
    """Only what says why it can't be built, or ends twice, is taken for a layer that is missing."""
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        level = sandbox.level
    python = interpreter(tmp_path, "[ $n = 1 ]")
    async with Sandbox(workers=1, limits=LIMITS, python=python) as sandbox:
        assert sandbox.level == level
        assert isinstance((await sandbox.run(ONE, [Call("f", {})]))[0], Returned)


async def test_zygotes_that_are_all_killed(tmp_path: Path) -> None:
    """It is an error that says so."""
    with pytest.raises(SandboxError, match="can't be started"):
        async with Sandbox(workers=1, limits=LIMITS, python=interpreter(tmp_path, "true")):
            pass


async def test_leaving_while_another_is_started(tmp_path: Path) -> None:
    """Who waits for it is told, and it does not stay behind."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    python = interpreter(tmp_path, f"[ $n = 2 ] && read word < {gate}; false")
    errors: list[str] = []

    async def ask(sandbox: Sandbox) -> None:
        try:
            await sandbox.run(ONE, [Call("f", {})], twin=True)
        except SandboxError as error:
            errors.append(str(error))

    async with anyio.create_task_group() as group:
        async with Sandbox(workers=2, limits=LIMITS, python=python) as sandbox:
            group.start_soon(ask, sandbox)
            opened = await anyio.to_thread.run_sync(
                gate.open, "w"
            )  # when the second is at the gate
        assert sandbox._stock._alive == {}
        opened.close()
    assert errors == ["the sandbox is closed"]
    assert sandbox._stock._alive == {}
