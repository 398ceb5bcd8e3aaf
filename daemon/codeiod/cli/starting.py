"""What a command that works for long does first: signals count, and what is loaded stays.

May import the standard library alone.
"""

from __future__ import annotations

import gc
import signal
from types import FrameType

_COLLECT_AFTER = (2000, 10, 20)
"""Objects, and younger collections: a full one looks at all that the items inside hold."""


def obey_signals() -> None:
    """Take SIGTERM for a Ctrl-C until the work listens for signals itself.

    A shell that starts it in the background has SIGINT ignored, and asyncio would leave it so.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def spare_what_is_loaded() -> None:
    """Keep the modules out of each collection: they are most of what a run ever holds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _interrupt(_: int, __: FrameType | None) -> None:
    """Asyncio cancels the work then, and all that is open is closed."""
    signal.raise_signal(signal.SIGINT)
