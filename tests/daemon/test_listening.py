"""What is served where: told in one line where it may not be, tried again where it can't be."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import anyio
import pytest
import structlog
from aiohttp import web

from codeiod.config import ServiceSettings
from codeiod.errors import SettingsError
from codeiod.service import listening
from codeiod.service.listening import Address, address_of, listen

BOUND_SECONDS = 20


async def hello(_: web.Request) -> web.Response:
    return web.Response(text="hello")


def application() -> web.Application:
    app = web.Application()
    app.add_routes([web.get("/", hello)])
    return app


@pytest.fixture
def events() -> list[structlog.typing.EventDict]:
    """Return what is logged, as it comes."""
    with structlog.testing.capture_logs() as captured:
        yield captured


@asynccontextmanager
async def listened(address: Address) -> AsyncIterator[None]:
    """Listen for the length of a block."""
    with anyio.fail_after(BOUND_SECONDS):
        async with anyio.create_task_group() as group:
            group.start_soon(listen, application(), address)
            yield
            group.cancel_scope.cancel()


async def logged(events: list[structlog.typing.EventDict], name: str) -> structlog.typing.EventDict:
    """Wait for an event."""
    while not (found := [one for one in events if one["event"] == name]):  # noqa: ASYNC110 -- a list gives no event
        await anyio.sleep(0.005)
    return found[0]


async def fetched(address: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}/") as answer:
        return await answer.text()


async def test_served_until_cancelled(events: list[structlog.typing.EventDict]) -> None:
    """It is served at the address that is logged, and no more once it is cancelled."""
    async with listened(Address("127.0.0.1", 0)):
        address = str((await logged(events, "web.listening"))["address"])
        assert await fetched(address) == "hello"
    with pytest.raises(aiohttp.ClientConnectorError):
        await fetched(address)


async def test_a_port_in_use_is_a_warning_and_tried_again(
    events: list[structlog.typing.EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port that another holds is warned of once; it is served as soon as that one is gone."""
    monkeypatch.setattr(listening, "AGAIN_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        async with listened(Address("127.0.0.1", port)):
            warning = await logged(events, "web.not_listening")
            assert "in use" in warning["why"]
            await anyio.sleep(0.05)
            other.close()
            await logged(events, "web.listening")
            assert await fetched(f"127.0.0.1:{port}") == "hello"
    assert sum(one["event"] == "web.not_listening" for one in events) == 1


async def test_a_name_of_this_machine(events: list[structlog.typing.EventDict]) -> None:
    """A name is served under all its addresses that this machine has."""
    async with listened(Address("localhost", 0)):
        told = str((await logged(events, "web.listening"))["address"])
        for address in told.split(", "):
            assert await fetched(address) == "hello"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8642", Address("127.0.0.1", 8642)),
        ("[::1]:0", Address("::1", 0)),
        ("page.example.org:80", Address("page.example.org", 80)),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    """What is read is what is written."""
    assert Address.parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text", ["8642", "::1:8642", "host:", ":80", "h:99999", "h:x", "[::1]", "h:²"]
)
def test_no_addresses(text: str) -> None:
    """What is no address is refused by the setting's name."""
    with pytest.raises(SettingsError, match=r"service\.listen"):
        address_of(ServiceSettings(listen=text), "t")


@pytest.mark.parametrize("text", ["0.0.0.0:80", "[::]:80", "192.168.0.1:80", "host.example:80"])
def test_others_need_a_token(text: str) -> None:
    """Where other machines can come, a token is needed."""
    with pytest.raises(SettingsError, match=r"open to other machines: set service\.token_file"):
        address_of(ServiceSettings(listen=text), "")
    assert address_of(ServiceSettings(listen=text), "t") == Address.parse(text)


@pytest.mark.parametrize("text", ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80", "localhost:80"])
def test_this_machine_needs_none(text: str) -> None:
    """On loopback none is needed."""
    assert address_of(ServiceSettings(listen=text), "") == Address.parse(text)


def test_nowhere() -> None:
    """Without an address nothing is served."""
    assert address_of(ServiceSettings(listen=""), "") is None
