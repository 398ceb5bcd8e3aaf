"""Watch folders, and hand out what comes into them, each file once it is complete.

May import ``items``, ``config``, ``admission.marks``, ``journal``, ``reports.affairs``
and the other modules of ``sources``. The periodic look through the folders is the truth; what the
system tells of changes only makes it quicker. Files are judged in ``judging``, waited for in
``waiting``, heard of in ``hearing``, let go in ``departing``.
"""

from __future__ import annotations

import time
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Collection,
    Generator,
    Iterable,
    Sequence,
)
from contextlib import aclosing
from pathlib import Path
from typing import Final

import anyio
from anyio.abc import TaskGroup

from codeiod.admission import BROKEN, END, Mark
from codeiod.config import ItemsSettings
from codeiod.config.settings import ServiceSettings
from codeiod.items import Entry, Origin
from codeiod.journal.digests import DigestSet
from codeiod.journal.places import PLACE_BYTES, stamp_of
from codeiod.reports.affairs import WatchAffairs
from codeiod.sources.archives import Bounds
from codeiod.sources.batches import batches
from codeiod.sources.entries import Known
from codeiod.sources.formats import is_container
from codeiod.sources.places import Found
from codeiod.sources.watching.departing import Departing
from codeiod.sources.watching.folder import WatchedFolder
from codeiod.sources.watching.handover import Handover
from codeiod.sources.watching.hearing import Hearing, Hint
from codeiod.sources.watching.judging import Candidate, Complete, Gone, Judged, Unsettled, judge
from codeiod.sources.watching.steady import read_steady
from codeiod.sources.watching.waiting import Waiting

MOST_CONTAINERS: Final = 4
"""How many containers are read at once, so that one of weeks does not keep the others waiting."""
TURN_SECONDS: Final = 1.0
"""How long another one waits for a place, where places become free that quickly."""
BLOCK: Final = 256


class Watcher:
    """Some watched folders. ``run`` is started beside whoever reads ``entries``."""

    def __init__(
        self,
        settings: ServiceSettings,
        items: ItemsSettings,
        known: Known,
        directory: Path,
        durable: Callable[[], Awaitable[None]],
    ) -> None:
        """Watch what ``settings`` name; ``check_watched`` comes before, in a thread.

        :param known: what the journal holds.
        :param directory: the output directory, which is never looked into.
        :param durable: returns once all that was taken in is on disk.
        """
        self._settings = settings
        self._items = items
        self._known = known
        self._directory = directory
        self._awake = anyio.Event()
        self._hearing = Hearing(self._wake)
        self._waiting = Waiting(settings.settle_seconds)
        self._folders: dict[str, WatchedFolder] = {}
        self._nothing_new = DigestSet(PLACE_BYTES)
        """Stamps of files whose content was known at their very place: the journal has none."""
        self._containers: set[str] = set()
        """Those that are being read."""
        self._container_ended = 0.0
        self._place = anyio.Event()
        """Given when one has been read."""
        self._active = False
        """Whether something has come since the last look."""
        self._handover = Handover[Entry | Mark]()
        self._departing = Departing(settings.taken, durable)
        self.change(settings.watch)

    async def run(self) -> None:
        """Watch until cancelled.

        :raises CodeiodError: what ``durable`` raises.
        """
        with self._hearing.opened():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._hearing.run)
                tasks.start_soon(self._departing.run)
                await self._look(tasks)

    def entries(self) -> AsyncGenerator[Entry | Mark]:
        """Yield what comes in, as slowly as it is asked for, until cancelled.

        Whoever asks for the next one has given the last one to the journal, and told ``taken``.
        """
        return self._handover.take()

    async def taken(self, entry: Entry | Mark) -> None:
        """Take note that an entry or a mark was given to the journal.

        What holds nothing more is kept, moved or deleted once the journal is on disk; a container
        that is broken stays.
        """
        origin = entry.origin
        if isinstance(entry, Entry) and origin.inode:
            self._count(origin)
        if is_container(origin.path):
            if isinstance(entry, Mark) and entry.position == BROKEN:
                self._departing.stays(origin.path)
            if isinstance(entry, Entry) or entry.position < END:
                return
        elif origin.inode and not self._known.seen(origin):
            self._nothing_new.add(_stamp(origin))
        await self._departing.taken(origin.path)

    def change(self, folders: Sequence[str]) -> None:
        """Watch these folders from now on; ``check_watched`` comes before, in a thread."""
        names = [name for name in dict.fromkeys(folders) if name not in self._folders]
        for name in self._folders.keys() - set(folders):
            self._hearing.forget(self._folders.pop(name).root)
        for name in names:
            rescan_seconds = self._settings.rescan_seconds
            folder = WatchedFolder(name, self._directory, self._hearing, rescan_seconds)
            self._folders[name] = folder
        self._wake()

    def affairs(self) -> tuple[WatchAffairs, ...]:
        """Tell how things stand with each folder."""
        folders = self._folders.values()
        return tuple(folder.affairs(self._waiting.below(folder.root)) for folder in folders)

    async def _look(self, tasks: TaskGroup) -> None:
        """Look wherever it is time to, for ever."""
        while True:
            self._awake = anyio.Event()
            await self._look_at_hints(tasks)
            now = time.monotonic()
            due = [folder for folder in self._folders.values() if folder.due <= now]
            if due:
                await self._look_through(due[0], tasks)
            else:
                with anyio.move_on_after(self._pause()):
                    await self._awake.wait()

    def _pause(self) -> float:
        folders = min((folder.due for folder in self._folders.values()), default=float("inf"))
        return min(folders - time.monotonic(), self._waiting.due_in())

    async def _look_through(self, folder: WatchedFolder, tasks: TaskGroup) -> None:
        """Look at all that a folder holds; what is heard of meanwhile comes first."""
        self._active = self._waiting.overflowed = self._hearing.lost = False
        await self._take_all(folder, folder.scan(), tasks, between=True)
        folder.scanned(busy=self._is_busy())

    def _is_busy(self) -> bool:
        """Tell whether looking is worth more than hearing."""
        return self._active or self._waiting.overflowed or self._hearing.why_deaf != ""

    async def _look_at_hints(self, tasks: TaskGroup) -> None:
        """Look at what was heard of, and at what may be complete by now."""
        while due := self._waiting.take_due(BLOCK):
            await self._take([one for one in due if self._is_watched(one)], tasks)
        for folder, hints in self._sorted(self._hearing.take()).items():
            moved = {hint.path for hint in hints if hint.moved}
            for hint in hints:
                if hint.is_folder:
                    await self._take_all(folder, folder.scan(hint.path), tasks)
            files = [hint.path for hint in hints if not hint.is_folder]
            await self._take_all(folder, folder.locate(files), tasks, moved)
        for folder in self._folders.values():
            if self._hearing.lost:
                folder.hurry_for_lost()
            elif self._active:
                folder.hurry(busy=True)

    def _sorted(self, hints: Iterable[Hint]) -> dict[WatchedFolder, list[Hint]]:
        """Part hints by the folder that they belong to."""
        parted: dict[WatchedFolder, list[Hint]] = {}
        for hint in hints:
            self._active = True
            if folder := self._folder_of(hint.path):
                parted.setdefault(folder, []).append(hint)
        return parted

    async def _take_all(
        self,
        folder: WatchedFolder,
        files: Generator[Found | None],
        tasks: TaskGroup,
        moved: Collection[str] = (),
        *,
        between: bool = False,
    ) -> None:
        """Take what is complete of some files.

        :param between: look at hints after each block.
        """
        found: AsyncGenerator[list[Found]] = batches(files)
        async with aclosing(found):
            async for block in found:
                if folder.name not in self._folders:
                    return
                await self._take(await self._sift(folder, block, moved), tasks)
                if between:
                    await self._look_at_hints(tasks)

    async def _sift(
        self, folder: WatchedFolder, block: Iterable[Found], moved: Collection[str]
    ) -> list[Candidate]:
        """Choose what the journal has not, and let the rest go, but for what is broken."""
        chosen = []
        for found in block:
            if self._is_new(found):
                chosen.append(self._waiting.candidate(found, moved=found.file in moved))
            elif not self._is_broken(found.origin):
                await self._departing.let_go(found, folder)
        return chosen

    def _is_watched(self, candidate: Candidate) -> bool:
        """Tell whether a file's folder is still watched; what is not is forgotten."""
        if self._folder_of(candidate.found.file):
            return True
        self._waiting.drop(candidate.found.origin.path)
        return False

    def _is_new(self, found: Found) -> bool:
        """Tell whether the journal has not all that a file holds."""
        if is_container(found.file):
            return self._known.position(found.origin) < BROKEN
        return not self._known.seen(found.origin) and _stamp(found.origin) not in self._nothing_new

    def _is_broken(self, origin: Origin) -> bool:
        """Tell whether it is a container that could not be read whole, as it is now."""
        return is_container(origin.path) and self._known.position(origin) == BROKEN

    async def _take(self, candidates: Sequence[Candidate], tasks: TaskGroup) -> None:
        """Judge files, and hand out what is complete."""
        files = {one.found.origin.path: one.found for one in candidates}
        judged: AsyncGenerator[list[Judged]] = batches(
            judge(candidates, self._settings.settle_seconds, self._items.max_bytes)
        )
        async with aclosing(judged):
            async for batch in judged:
                complete = [one for one in batch if isinstance(one, Entry)]
                for entry in complete:
                    self._waiting.drop(entry.origin.path)
                await self._hand_out([(entry, files[entry.origin.path]) for entry in complete])
                for one in batch:
                    await self._act_on(one, tasks)

    async def _act_on(self, one: Judged, tasks: TaskGroup) -> None:
        """See to what can't be handed out."""
        if isinstance(one, Unsettled):
            self._waiting.put(one)
        elif isinstance(one, Gone):
            self._waiting.drop(one.found.origin.path)
        elif isinstance(one, Complete):
            await self._begin(one, tasks)

    async def _hand_out(self, things: Sequence[tuple[Entry | Mark, Found]]) -> None:
        """Hand out what lies in folders that are still watched."""
        wanted: list[Entry | Mark] = []
        for one, found in things:
            self._active = self._active or one.origin.inode != 0
            if folder := self._folder_of(found.file):
                self._departing.announce(found, one.origin, folder)
                wanted.append(one)
        if wanted:
            await self._handover.put(wanted)

    async def _begin(self, container: Complete, tasks: TaskGroup) -> None:
        """Begin to read a container, or put it off while others take their time."""
        path = container.origin.path
        if path in self._containers:
            return
        if self._is_broken(container.origin):
            self._waiting.drop(path)
            return
        if len(self._containers) >= MOST_CONTAINERS:
            recently = time.monotonic() - self._container_ended < TURN_SECONDS
            with anyio.move_on_after(TURN_SECONDS if recently else 0):
                await self._place.wait()
        if len(self._containers) >= MOST_CONTAINERS:
            self._waiting.put(Unsettled(container.found, container.shape))
            return
        self._waiting.drop(path)
        self._containers.add(path)
        tasks.start_soon(self._read, container)

    async def _read(self, container: Complete) -> None:
        """Hand out what a container holds, from where the journal has it on."""
        file = container.found.file
        folder = self._folder_of(file)
        position = self._known.position(container.origin)
        parts: AsyncGenerator[list[Entry | Mark | Unsettled]] = batches(
            read_steady(container, position, self._items, Bounds.of(self._settings))
        )
        try:
            async with aclosing(parts):
                async for part in parts:
                    if self._folder_of(file) is not folder:  # nor is any later mark for it
                        return
                    rows = [one for one in part if not isinstance(one, Unsettled)]
                    await self._hand_out([(row, container.found) for row in rows])
                    for changed in (one for one in part if isinstance(one, Unsettled)):
                        self._waiting.put(changed)
                        self._wake()
        finally:
            self._containers.discard(container.origin.path)
            self._container_ended = time.monotonic()
            self._place.set()
            self._place = anyio.Event()

    def _folder_of(self, file: str) -> WatchedFolder | None:
        return next((one for one in self._folders.values() if one.holds(file)), None)

    def _count(self, origin: Origin) -> None:
        for folder in self._folders.values():
            folder.taken += folder.source == origin.source

    def _wake(self) -> None:
        self._awake.set()


def _stamp(origin: Origin) -> bytes:
    return bytes.fromhex(stamp_of(origin))
