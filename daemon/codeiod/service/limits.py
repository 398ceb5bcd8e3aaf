"""Settings that change while a daemon goes: which may, and how new values come into force.

May import ``budget``, ``descriptors``, ``parts`` and ``traffic`` of this package, and all that lies
below it. What is in flight is never disturbed: a lower limit holds for what comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Protocol

import anyio
import structlog
from anyio import to_thread

from codeiod import logs
from codeiod.config import Settings
from codeiod.errors import SettingsError
from codeiod.journal.records import Change, unix_seconds
from codeiod.service.budget import caps_of, require_countable
from codeiod.service.descriptors import make_room_for
from codeiod.service.parts import Parts, calls_of, workers_of
from codeiod.service.traffic import max_items
from codeiod.sources.watching import check_watched

LIVE_KEYS = (
    "endpoint.*.*_per_minute",
    "endpoint.*.max_in_flight",
    "endpoint.*.weight",
    "budget.*",
    "items.in_flight",
    "sandbox.workers",
    "service.watch",
    "service.log_level",
    "service.grace_seconds",
)
"""What can change without a restart; ``*`` stands for anything."""

CHECK_SECONDS = 30.0
"""How long folders may take to be looked at: one may lie on a disk that hangs."""

WRITTEN_SECONDS = 1.0
"""How long the record of a change is waited for: once it is written, no kill can lose it."""

log = structlog.get_logger()


class Bounded(Protocol):
    """Whose life lets so many items inside."""

    def bound(self, max_items: int) -> None:
        """Let so many inside at the most from now on."""
        ...


class Watching(Protocol):
    """Who watches folders."""

    def change(self, folders: Sequence[str]) -> None:
        """Watch these from now on."""
        ...


class Governed(Protocol):
    """A daemon, as far as its settings can change."""

    settings: Settings
    """Those in force."""
    changing: anyio.Lock
    """Held while they change: two changes at once would each undo the other's."""

    @property
    def parts(self) -> Parts: ...
    @property
    def life(self) -> Bounded: ...
    @property
    def watcher(self) -> Watching | None: ...
    @property
    def directory(self) -> Path: ...


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that is to change."""

    key: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.key} {_shown(self.before)} -> {_shown(self.after)}"


async def change(
    daemon: Governed, make: Callable[[Settings], Settings], *, by: str, what: str
) -> tuple[Difference, ...]:
    """Bring other settings into force, at once, and journal them; return what has changed.

    :param make: makes the new settings from those in force.
    :raises SettingsError: they are wrong, or differ in what can't change; nothing has changed.
    """
    async with daemon.changing:
        before = daemon.settings
        after = make(before)
        found = tuple(differences(before, after))
        if not found:
            return found
        await _require_possible(daemon, after, found)
        record = Change(
            by,
            what,
            {one.key: one.before for one in found},
            {one.key: one.after for one in found},
            unix_seconds(),
        )
        # Not longer: a full disk may be why it is changed.
        with anyio.move_on_after(WRITTEN_SECONDS):
            await daemon.parts.journal.append_written(record)
        await _bring_into_force(daemon, before, after)
        log.info("daemon.changed", by=by, what=what, changes="; ".join(map(str, found)))
        return found


def differences(before: Settings, after: Settings) -> Iterator[Difference]:
    """Yield what differs between two settings; endpoints go by their names."""
    old, new = _flat(before), _flat(after)
    for key in [*old, *(key for key in new if key not in old)]:
        if old.get(key) != new.get(key):
            yield Difference(key, old.get(key), new.get(key))


def is_live(key: str) -> bool:
    """Tell whether a setting can change without a restart."""
    return any(fnmatchcase(key, pattern) for pattern in LIVE_KEYS)


async def _require_possible(daemon: Governed, after: Settings, found: Sequence[Difference]) -> None:
    fixed = [one.key for one in found if not is_live(one.key)]
    if fixed:
        raise SettingsError(
            f"{', '.join(fixed)} can't change while the daemon runs: restart it for that;"
            " nothing has changed"
        )
    caps_of(after)
    require_countable(after, daemon.parts.journal.state.calls)
    try:
        with anyio.fail_after(CHECK_SECONDS):
            await to_thread.run_sync(
                check_watched, after.service.watch, daemon.directory, abandon_on_cancel=True
            )
    except TimeoutError as error:
        raise SettingsError("service.watch: the disk of a folder does not answer") from error


async def _bring_into_force(daemon: Governed, before: Settings, after: Settings) -> None:
    daemon.settings = after
    calls = calls_of(after)
    make_room_for(calls)
    daemon.parts.teacher.obey(after, calls)
    daemon.parts.budget.recap(caps_of(after))
    daemon.life.bound(max_items(after.items.in_flight, calls))
    if after.service.log_level != before.service.log_level:
        logs.set_level(after.service.log_level)
    if after.service.watch != before.service.watch and daemon.watcher is not None:
        daemon.watcher.change(after.service.watch)
    if workers_of(after) != workers_of(before):
        await daemon.parts.sandbox.resize(workers_of(after))


def _flat(settings: Settings) -> dict[str, Any]:
    sections = settings.model_dump(mode="json")
    named = {endpoint["name"]: endpoint for endpoint in sections.pop("endpoint")}
    flat = {"endpoint": list(named)}  # another order, or other names: no limit of one of them
    for section, values in (*_nested("endpoint", named), *sections.items()):
        flat |= {f"{section}.{key}": value for key, value in values.items()}
    return flat


def _nested(stem: str, named: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    for name, values in named.items():
        yield f"{stem}.{name}", values


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
