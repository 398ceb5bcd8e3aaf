"""The daemon: everything that there is of one, from its start to its exit.

May import everything but ``cli``. The life itself is ``served``'s; here stands what a service
manager and an operator see of it: signals, the manager's messages, the socket, the page.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

import anyio
import structlog
from anyio import to_thread
from anyio.abc import TaskGroup

from codeiod.config import Settings, read_token
from codeiod.errors import CodeiodError, DiskFull, WorkLeft, known_cause
from codeiod.reports.sentence import sentence
from codeiod.service.affairs import Gatherer
from codeiod.service.control.server import control_socket
from codeiod.service.daemon import RunningDaemon
from codeiod.service.descriptors import make_room_for
from codeiod.service.dump import dump
from codeiod.service.listening import Address, address_of, listen
from codeiod.service.live import Live
from codeiod.service.notify import Manager
from codeiod.service.parts import Parts, calls_of, open_parts
from codeiod.service.plan import Plan
from codeiod.service.reload import reload
from codeiod.service.served import Served
from codeiod.service.space import RETRY_SECONDS
from codeiod.sources.watching import check_watched
from codeiod.web.app import make_app

STATUS_SECONDS = 5.0
"""How often the manager is told how things stand, if that has changed."""
ENDING = (signal.SIGTERM, signal.SIGINT)
SIGNALS = (*ENDING, signal.SIGHUP, signal.SIGUSR1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Page:
    """Where the page is, and for whom."""

    address: Address
    token: str
    hosts: tuple[str, ...]

    async def serve(self, daemon: RunningDaemon) -> None:
        """Serve it until cancelled."""
        most = daemon.settings.items.max_bytes
        app = make_app(daemon, token=self.token, hosts=self.hosts, max_item_bytes=most)
        await listen(app, self.address)


async def serve(plan: Plan, load: Callable[[], Settings]) -> None:
    """Serve until drained.

    :param load: reads the settings anew; blocking.
    :raises CodeiodError: it can't begin, or can't go on; nothing durable is lost.
    """
    make_room_for(calls_of(plan.settings))
    try:
        await Service(plan, load).serve()
    except BaseExceptionGroup as group:
        error = known_cause(group)
        if isinstance(error, WorkLeft):  # no room to end in as it should: a status of its own
            raise CodeiodError(str(error)) from group
        if error is not None:
            raise error from group
        raise


class Service:
    """One daemon."""

    def __init__(self, plan: Plan, load: Callable[[], Settings]) -> None:
        self._plan = plan
        self._load = load
        self._manager = Manager()
        self._starting = anyio.CancelScope()
        self._daemon: RunningDaemon | None = None
        self._told_ready = False
        self._told_stopping = False

    async def serve(self) -> None:
        """Serve until drained."""
        async with anyio.create_task_group() as beside:
            beside.start_soon(self._obey_signals, beside)
            beside.start_soon(self._manager.keep_alive)
            beside.start_soon(self._manager.keep_asking_for_time, self._needs_time)
            with self._starting:
                page = await to_thread.run_sync(self._check)
                async with AsyncExitStack() as exits:
                    await self._live(await self._open(exits), page)
            beside.cancel_scope.cancel()
        log.info("daemon.stopped")

    def _check(self) -> Page | None:
        """Look at what of the settings can be wrong, before anything else happens; it blocks.

        :raises SettingsError: it is.
        """
        service = self._plan.settings.service
        check_watched(service.watch, self._plan.directory)
        token = read_token(service)
        address = address_of(service, token)
        return Page(address, token, (address.host, *service.hosts)) if address else None

    async def _open(self, exits: AsyncExitStack) -> Parts:
        """Open all parts; where the disk has no room to begin, wait for it."""
        logged = False
        while True:
            try:
                return await exits.enter_async_context(open_parts(self._plan))
            except DiskFull as error:
                if not logged:
                    log.warning("disk.full", why=str(error))
                logged = True
                await self._manager.status(f"waiting: {error}")
            await anyio.sleep(RETRY_SECONDS)

    async def _live(self, parts: Parts, page: Page | None) -> None:
        """Be there for who asks, and work."""
        life = Served(self._plan, parts)
        gatherer = Gatherer(self._plan, parts, life.shown, life.watcher)
        self._daemon = RunningDaemon(self._plan, parts, life, gatherer, self._load)
        async with control_socket(self._daemon):
            await life.live(partial(self._be_seen, self._daemon, page))

    async def _be_seen(self, daemon: RunningDaemon, page: Page | None, live: Live) -> None:
        """Show how things stand, and tell the manager of every turn that they take."""
        async with anyio.create_task_group() as beside:
            beside.start_soon(daemon.gatherer.keep_measuring)
            if page is not None:
                beside.start_soon(page.serve, daemon)
            while True:
                await self._tell(daemon, live)
                with anyio.move_on_after(STATUS_SECONDS):
                    await live.changed.wait()

    async def _tell(self, daemon: RunningDaemon, live: Live) -> None:
        await self._manager.status(sentence(daemon.affairs()))
        if live.ready and not self._told_ready:
            self._told_ready = True
            where = str(daemon.directory.absolute())
            log.info("daemon.ready", version=version("codeiod"), directory=where)
            await self._manager.ready()
        if live.stopping and not self._told_stopping:
            self._told_stopping = True
            log.info(
                "daemon.draining",
                why=live.stopping,
                in_flight=live.in_flight.count,
                grace_seconds=daemon.settings.service.grace_seconds,
            )
            await self._manager.stopping()
            await self._manager.ask_for_time()

    def _needs_time(self) -> bool:
        """Whether it has begun to start, or to end, and has not come to the end of that."""
        return not self._told_ready or self._told_stopping

    async def _obey_signals(self, beside: TaskGroup) -> None:
        with anyio.open_signal_receiver(*SIGNALS) as signals:
            async for number in signals:
                if number in ENDING:
                    self._end(signal.Signals(number).name)
                elif self._daemon is None or self._told_stopping:
                    log.info("signal.ignored", signal=signal.Signals(number).name)
                elif number == signal.SIGUSR1:
                    dump(self._daemon.affairs())
                else:
                    beside.start_soon(self._reload, self._daemon)

    def _end(self, name: str) -> None:
        """Drain at the first signal, end at once at the second."""
        daemon = self._daemon
        if daemon is None:
            self._starting.cancel()
        elif daemon.life.shown.stopping:
            daemon.life.hurry()
        else:
            daemon.life.drain(name)

    async def _reload(self, daemon: RunningDaemon) -> None:
        if not self._told_ready:  # the manager waits to hear of the start's end, not of this one's
            await reload(daemon)
            return
        await self._manager.reloading()
        try:
            await reload(daemon)
        finally:
            await self._manager.ready()
