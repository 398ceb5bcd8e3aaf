"""Settings read anew while a daemon goes (SIGHUP, ``codeiod ctl reload``).

May import ``limits``, ``config`` and ``errors``. Limits that were set over the control socket end
with it: what the file says holds again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import structlog
from anyio import to_thread

from codeiod.config import Settings
from codeiod.errors import CodeiodError
from codeiod.service.limits import Difference, Governed, change

log = structlog.get_logger()


class Reloadable(Governed, Protocol):
    """A daemon whose settings can be read again."""

    @property
    def load(self) -> Callable[[], Settings]:
        """Read all layers of settings anew; it blocks, and raises SettingsError."""
        ...


async def reload(daemon: Reloadable, by: str = "reload") -> None:
    """Bring the settings into force that there are now; broken ones are told, the old go on."""
    try:
        changed = await take_anew(daemon, by)
    except CodeiodError as error:
        log.warning("reload.refused", why=str(error), advice="the settings before stay in force")
        return
    log.info("reload.done", changed=len(changed))  # what, ``daemon.changed`` has told


async def take_anew(daemon: Reloadable, by: str) -> tuple[Difference, ...]:
    """Bring the settings into force that there are now; return what has changed.

    :raises SettingsError: they are wrong, or differ in what can't change; nothing has changed.
    """
    settings = await to_thread.run_sync(daemon.load)
    return await change(daemon, lambda _: settings, by=by, what="reload")
