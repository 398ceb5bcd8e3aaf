"""Messages to the service manager, over a real datagram socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
import structlog.testing

from codeiod.service.notify import Manager


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    """Listen where a manager would."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "n"))
        made.setblocking(False)
        yield made


async def heard(listener: socket.socket) -> str:
    """Wait for the next message."""
    await anyio.wait_readable(listener)
    return listener.recv(4096).decode()


async def test_without_a_manager_nothing_is_said() -> None:
    """Every message is nothing, and no watchdog is served."""
    manager = Manager({})
    await manager.ready()
    await manager.keep_alive()
    await manager.keep_asking_for_time(lambda: True)


async def test_what_is_said(listener: socket.socket, tmp_path: Path) -> None:
    """Messages as sd_notify(3) has them; the address leaves the environment of our children."""
    environ = {"NOTIFY_SOCKET": str(tmp_path / "n"), "HOME": "/"}
    manager = Manager(environ)
    assert environ == {"HOME": "/"}
    await manager.ready()
    assert await heard(listener) == "READY=1"
    await manager.status("idle")
    assert await heard(listener) == "STATUS=idle"
    await manager.status("idle")
    await manager.stopping()
    assert await heard(listener) == "STOPPING=1"
    await manager.reloading()
    first, second = (await heard(listener)).splitlines()
    assert first == "RELOADING=1"
    assert second.removeprefix("MONOTONIC_USEC=").isdigit()
    await manager.ask_for_time()
    assert await heard(listener) == "EXTEND_TIMEOUT_USEC=30000000"


async def test_an_abstract_address() -> None:
    """An @ stands for the NUL of an address that is in no folder."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0codeiod-test-{os.getpid()}")
        listener.setblocking(False)
        manager = Manager({"NOTIFY_SOCKET": f"@codeiod-test-{os.getpid()}"})
        await manager.ready()
        assert await heard(listener) == "READY=1"


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "3000000"}, 3.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}, 3.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
        ({}, 0.0),
    ],
)
def test_whether_a_watchdog_is_on(environ: dict[str, str], seconds: float) -> None:
    """It is ours if no other process is named; what can't be read is none."""
    assert Manager(environ).watchdog_seconds == seconds


async def test_the_watchdog_hears_from_the_loop(listener: socket.socket, tmp_path: Path) -> None:
    """It is told again and again, until cancelled."""
    manager = Manager({"NOTIFY_SOCKET": str(tmp_path / "n"), "WATCHDOG_USEC": "20000"})
    async with anyio.create_task_group() as beside:
        beside.start_soon(manager.keep_alive)
        for _ in range(3):
            assert await heard(listener) == "WATCHDOG=1"
        beside.cancel_scope.cancel()


async def test_a_manager_that_has_gone(tmp_path: Path) -> None:
    """It is a line in the log, and no error."""
    manager = Manager({"NOTIFY_SOCKET": str(tmp_path / "nowhere")})
    with structlog.testing.capture_logs() as logged:
        await manager.ready()
    assert [entry["event"] for entry in logged] == ["manager.deaf"]


async def test_a_manager_that_is_slow(listener: socket.socket, tmp_path: Path) -> None:
    """A message waits for room in its queue, and is not lost."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        sent = 0
        try:
            while True:
                other.sendto(b"full", str(tmp_path / "n"))
                sent += 1
        except BlockingIOError:
            pass
    manager = Manager({"NOTIFY_SOCKET": str(tmp_path / "n")})
    async with anyio.create_task_group() as beside:
        beside.start_soon(manager.ready)
        await anyio.wait_all_tasks_blocked()
        for _ in range(sent):
            assert await heard(listener) == "full"
        assert await heard(listener) == "READY=1"
