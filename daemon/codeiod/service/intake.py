"""How items come in: those of the journal that are not done, new entries, what is handed in.

May import ``admission``, ``feed``, ``live``, ``traffic``, ``recipes`` and what lies below them.
All go through one gate, one after the other, as the traffic allows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Coroutine, Iterable
from contextlib import aclosing
from typing import Any

import anyio
import structlog
from anyio.abc import TaskGroup

from codeiod.admission import Admission, Mark
from codeiod.errors import DiskFull, WorkLeft
from codeiod.items import Entry, Fault, Item
from codeiod.journal import Journal
from codeiod.journal.retry import reopen_live, reopen_rejected
from codeiod.llm.notice import Notice
from codeiod.service.feed import Feed
from codeiod.service.live import Live
from codeiod.service.traffic import Traffic

Carry = Callable[[Item, Fault | None], Coroutine[Any, Any, None]]

MOST_IN_LINE = 100_000
"""Items that wait in the journal before a daemon takes no more from the folders it watches."""

log = structlog.get_logger()


class Intake:
    """The way in, with a line of items that the journal holds and that are not inside yet."""

    def __init__(
        self,
        journal: Journal,
        recipe: str,
        admission: Admission,
        traffic: Traffic,
        live: Live,
    ) -> None:
        """Take the digest of the recipe that new items are admitted under."""
        self._journal = journal
        self._recipe = recipe
        self._admission = admission
        self._traffic = traffic
        self._live = live
        self._line: deque[str] = deque()
        self._moved = Notice()
        self._retrying = anyio.Lock()  # one reading of the whole log at a time
        self.scope = anyio.CancelScope()

    @property
    def closed(self) -> bool:
        """Whether nothing more comes in."""
        return self.scope.cancel_called

    def close(self) -> None:
        """Let nothing more in; what is inside stays there."""
        self.scope.cancel()

    async def resume(self, retry: Collection[str] = ()) -> None:
        """Put in line what the journal holds unfinished, in the order of admission.

        :param retry: reasons; items that were rejected so are taken up again.
        """
        journal = self._journal
        journal.reopen_faults()
        if retry:
            reopened = await reopen_rejected(journal)
            log.info("run.retry", rejected_as=", ".join(sorted(retry)), items=reopened)
        self._line.clear()  # what was handed in before is pending as well
        self._queue(journal.state.pending)

    async def let_in(self, items: TaskGroup, carry: Carry) -> None:
        """Let in what stands in line."""
        while self._line:
            await self._opened()
            await self._traffic.enter()
            item, fault = await self._journal.load_item(self._line.popleft())
            self._live.backlog = len(self._line)
            self._moved.give()
            items.start_soon(carry, item, fault)

    async def keep_letting_in(self, items: TaskGroup, carry: Carry) -> None:
        """Let in what stands in line, or comes to, until cancelled."""
        while True:
            await self.let_in(items, carry)
            await self._moved.wait()

    async def admit(self, feed: Feed, items: TaskGroup, carry: Carry) -> None:
        """Let in what is new in a feed, until it ends or the limit is reached."""
        async with aclosing(feed.entries()) as new:
            await self._traffic.enter()
            async for entry in new:
                if self._admission.full and self._is_new(entry):
                    self._live.stopping = "limit"
                    break
                await self._opened()
                came = await self._admission.take(entry)
                await feed.taken(entry)
                if came and isinstance(entry, Entry):
                    self._live.funnel.admitted += 1
                    items.start_soon(carry, self._item_of(entry), entry.fault)
                    # The new item reaches its first call before this looks for room again.
                    await self._traffic.enter()
            self._traffic.leave()

    async def collect(self, feed: Feed) -> None:
        """Take what is new in a feed as soon as it comes; it waits its turn in the journal.

        What lies in a watched folder may be gone by the time that there is room for it.
        """
        async with aclosing(feed.entries()) as new:
            async for entry in new:
                await self._opened()
                while len(self._line) >= MOST_IN_LINE:
                    await self._moved.wait()
                came = await self._admission.take(entry)
                await feed.taken(entry)
                if came:
                    self._live.funnel.admitted += 1
                    self._queue((came,))

    async def take(self, entry: Entry) -> str | None:
        """Admit one entry; return the id of a new item, None where it was known; it is durable.

        :raises WorkLeft: nothing more is taken in.
        :raises DiskFull: there is no room for it now.
        """
        if self.closed:
            raise WorkLeft("it is stopping: hand it in again once it is back")
        if self._journal.room.low:
            raise DiskFull(f"no room left on the disk of {self._journal.folder.parent}")
        came = await self._admission.take(entry)
        if came:
            self._live.funnel.admitted += 1
            self._queue((came,))
        await self._journal.flush()
        return came

    async def retry(self, reasons: Collection[str]) -> int:
        """Take up again what was rejected so; return how many items.

        :raises DirectoryError: the log that tells of them is not there any more.
        """
        async with self._retrying:
            reopened = await reopen_live(self._journal, reasons)
        self._queue(reopened)
        log.info("run.retry", rejected_as=", ".join(sorted(reasons)), items=len(reopened))
        return len(reopened)

    def pause(self, why: str) -> None:
        """Let nothing in until ``reopen``."""
        self._live.paused = why
        self._live.changed.give()

    def reopen(self) -> None:
        """Let in again."""
        self._live.paused = ""
        self._live.changed.give()

    def _queue(self, item_ids: Iterable[str]) -> None:
        self._line.extend(item_ids)
        self._live.backlog = len(self._line)
        self._moved.give()

    async def _opened(self) -> None:
        """Wait while no one may come in: it is paused, or the disk is full."""
        while self._live.paused:
            await self._live.changed.wait()
        await self._journal.room.there()

    def _is_new(self, entry: Entry | Mark) -> bool:
        return isinstance(entry, Entry) and not self._journal.state.known(entry.item_id)

    def _item_of(self, entry: Entry) -> Item:
        return Item(entry.item_id, 0, self._recipe, entry.origin, entry.content, entry.meta)
