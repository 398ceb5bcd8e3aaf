"""Where the page, the API and the metrics are served, for as long as a daemon lives.

May import ``config``, ``errors``, ``web`` and aiohttp. Looking in is no part of the work: a port
that can't be had is a warning, and is tried again; what is served is closed in bounded time.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address

import anyio
import structlog
from aiohttp import web

from codeiod.config import ServiceSettings
from codeiod.errors import SettingsError
from codeiod.web.door import Runner

AGAIN_SECONDS = 30.0
"""After which a port that could not be had is tried again."""
CLOSING_SECONDS = 10.0
BACKLOG = 128
SILENT_MILLISECONDS = 30_000
"""How long someone may leave what is sent to him lie, before the kernel cuts him off."""

NOT_HERE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
"""Errors of an address that this machine does not have, such as one of IPv6."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port to listen on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can come here."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @staticmethod
    def parse(text: str) -> Address:
        """Read ``host:port`` or ``[::1]:port``; port 0 is any that is free.

        :raises SettingsError: it is neither.
        """
        host, colon, port = text.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        plain = host and ":" not in host and "[" not in host
        if not (colon and (bracketed or plain) and port.isascii() and port.isdigit()):
            raise SettingsError(
                f"service.listen = {text!r} is no address: give host:port, or [::1]:port"
            )
        if int(port) > 65535:
            raise SettingsError(f"service.listen = {text!r}: there is no port above 65535")
        return Address(host.strip("[]"), int(port))


def address_of(settings: ServiceSettings, token: str) -> Address | None:
    """Return where to listen; None: nowhere.

    :raises SettingsError: it is no address, or others could come there without a token.
    """
    if not settings.listen:
        return None
    address = Address.parse(settings.listen)
    if not address.is_loopback and not token:
        raise SettingsError(
            f"service.listen = {settings.listen!r} is open to other machines: set"
            " service.token_file or service.token_env, or listen on 127.0.0.1"
        )
    return address


async def listen(app: web.Application, address: Address) -> None:
    """Serve an application until cancelled."""
    runner = Runner(app)
    await runner.setup()
    try:
        await _bind(runner, address)
        log.info("web.listening", address=", ".join(_told(runner.addresses)))
        await anyio.sleep_forever()
    finally:
        with anyio.move_on_after(CLOSING_SECONDS, shield=True):
            await runner.cleanup()


async def _bind(runner: Runner, address: Address) -> None:
    """Listen, as soon as the address can be had."""
    told = False
    while True:
        try:
            sockets = await _sockets(address)
        except OSError as error:
            if not told:
                advice = "the work goes on without its page; the address is tried again"
                log.warning(
                    "web.not_listening",
                    address=str(address),
                    why=error.strerror or str(error),
                    advice=advice,
                )
            told = True
            await anyio.sleep(AGAIN_SECONDS)
        else:
            break
    for listening in sockets:
        await web.SockSite(runner, listening).start()


async def _sockets(address: Address) -> list[socket.socket]:
    """Listen on all that a host stands for; what this machine does not have is left out.

    :raises OSError: nothing is left, or something else is in the way.
    """
    found = await anyio.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    sockets: list[socket.socket] = []
    lacking: OSError | None = None
    try:
        for family, where in dict.fromkeys((one[0], one[4]) for one in found):
            try:
                sockets.append(_listening(family, where))
            except OSError as error:
                if error.errno not in NOT_HERE:
                    raise
                lacking = error
    except BaseException:
        for one in sockets:
            one.close()
        raise
    if lacking is not None and not sockets:
        raise lacking
    return sockets


def _listening(family: int, where: tuple[object, ...]) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Those who are accepted have it from here.
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_MILLISECONDS)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(where)
        one.listen(BACKLOG)
    except BaseException:
        one.close()
        raise
    return one


def _told(addresses: Collection[tuple[object, ...]]) -> list[str]:
    return [str(Address(str(one[0]), int(str(one[1])))) for one in addresses]
