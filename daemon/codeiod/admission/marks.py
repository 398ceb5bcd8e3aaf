"""How far a container of many entries has been read.

May import ``items``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from codeiod.items import Origin

END: Final = (1 << 53) - 1
"""The position of a container that has been read to its end: beyond any line or row."""

BROKEN: Final = END - 1
"""The position of one that is done with, though not all of it could be read: it is never let go."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything before ``position`` of a container has been handed out.

    ``origin`` names the container as it was when it was read (offset 0); ``position`` counts lines
    or rows, or is ``END`` or ``BROKEN``.
    """

    origin: Origin
    position: int
