"""Read a file that is one entry.

May import ``items`` and the other modules of ``sources``; belongs in a worker thread.
"""

from __future__ import annotations

import codecs
from io import BufferedReader

from codeiod.items import Entry, Origin
from codeiod.sources.content import entry_of, oversized_fault, oversized_id
from codeiod.sources.languages import language_of
from codeiod.sources.places import Found, open_found, reason_of, unreadable


def read_file(found: Found, max_bytes: int) -> Entry:
    """Read a file whole, but never more than ``max_bytes`` of it into memory."""
    try:
        stream, origin = open_found(found)
        with stream:
            return read_opened(stream, origin, found.name, max_bytes)
    except OSError as error:
        return unreadable(found.origin, reason_of(error))


def read_opened(stream: BufferedReader, origin: Origin, name: str, max_bytes: int) -> Entry:
    """Read a file that is open, as ``read_file`` does.

    :raises OSError: it can't be read.
    """
    meta = {"path": name}
    if language := language_of(name):
        meta["language"] = language
    most = max_bytes + len(codecs.BOM_UTF8)
    data = stream.read(most + 1) if origin.size <= most else b""
    if max(origin.size, len(data)) > most:
        fault = oversized_fault(origin.size, max_bytes)
        return Entry(oversized_id(stream, origin), origin, "", meta, fault)
    return entry_of(data, origin, meta, max_bytes)
