"""Code that is handed to a daemon: taken in as a file of its name would be.

May import ``config``, ``items``, ``sources`` and ``web.daemon``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from codeiod.config import ItemsSettings
from codeiod.items import Entry, Origin
from codeiod.sources.content import entry_of
from codeiod.sources.languages import language_of
from codeiod.sources.places import printable
from codeiod.web.daemon import Submitted

SOURCE = "submitted"
"""The source of what was handed in; its path is the name that was given with it."""
NO_NAME = "unnamed"


async def submit(
    take: Callable[[Entry], Awaitable[str | None]],
    settings: ItemsSettings,
    content: bytes,
    name: str,
    meta: Mapping[str, str],
) -> Submitted:
    """Take code in; it is durable on return.

    :param take: takes an entry in, and returns the id of a new item.
    :raises codeiod.errors.CodeiodError: it can't be taken now.
    """
    path = printable(name) or NO_NAME
    known = {"path": path}
    if language := language_of(path):
        known["language"] = language
    wanted = {key: value for key, value in meta.items() if key in settings.meta_fields}
    origin = Origin(SOURCE, path, size=len(content))
    entry = entry_of(content, origin, known | wanted, settings.max_bytes)
    return Submitted(entry.item_id, await take(entry) is not None)
