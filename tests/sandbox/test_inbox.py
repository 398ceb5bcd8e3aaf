"""What a zygote says arrives, whatever happens between its coming and its being asked for."""

import asyncio
import socket
from collections.abc import Iterator

import anyio
import pytest

from codeiod_sandbox import inbox
from codeiod_sandbox.inbox import Inbox

LONG_SECONDS = 60.0


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def nothing() -> None:
    """Do not mind how long it takes."""


async def test_datagrams_come_in_order(pair: tuple[socket.socket, socket.socket]) -> None:
    """Also those that come before anybody waits, and the end behind them."""
    ours, theirs = pair
    received = Inbox(ours, nothing)
    for datagram in (b"1", b"2", b"3"):
        theirs.send(datagram)
    await anyio.wait_all_tasks_blocked()
    theirs.close()
    assert [await received.next(LONG_SECONDS) for _ in range(5)] == [b"1", b"2", b"3", b"", b""]
    assert received.has_ended
    received.close()


async def test_no_more_than_one_is_kept(pair: tuple[socket.socket, socket.socket]) -> None:
    """Whoever talks and talks fills the socket, and not the daemon's memory."""
    ours, theirs = pair
    theirs.setblocking(False)
    received = Inbox(ours, nothing)

    async def talk() -> None:
        while True:
            theirs.send(b"x" * 1000)
            await anyio.lowlevel.checkpoint()

    with pytest.raises(BlockingIOError):
        await talk()
    received.close()


async def test_cancellation_loses_nothing(pair: tuple[socket.socket, socket.socket]) -> None:
    """What came in the moment of a cancellation is there for the next who asks."""
    ours, theirs = pair
    received = Inbox(ours, nothing)
    asking = asyncio.create_task(received.next(LONG_SECONDS))
    await anyio.wait_all_tasks_blocked()
    theirs.send(b"late")
    received._receive()  # as the loop does, in the turn in which somebody cancels
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await received.next(LONG_SECONDS) == b"late"
    received.close()


async def test_who_waits_long_is_told_of_it(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other side is looked after meanwhile, and given up in the end."""
    monkeypatch.setattr(inbox, "WAKE_SECONDS", 0.01)
    looks: list[None] = []
    received = Inbox(pair[0], lambda: looks.append(None))
    with pytest.raises(TimeoutError):
        await received.next(0.05)
    assert looks
    received.close()


async def test_the_end_is_waited_for(pair: tuple[socket.socket, socket.socket]) -> None:
    """What is said before it does not matter any more."""
    ours, theirs = pair
    received = Inbox(ours, nothing)
    async with anyio.create_task_group() as group:
        group.start_soon(received.end)
        theirs.send(b"1")
        await anyio.wait_all_tasks_blocked()
        assert not received.has_ended
        theirs.send(b"2")
        theirs.close()
    assert received.has_ended
    received.close()
