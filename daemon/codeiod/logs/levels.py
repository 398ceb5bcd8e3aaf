"""Which events are shown: those of the level in force and above, which may change at any time.

May import structlog.
"""

from __future__ import annotations

import logging
from typing import Final, Literal, TypeAlias

import structlog

Level: TypeAlias = Literal["debug", "info", "warning", "error"]

LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def set_level(level: Level) -> None:
    """Show events of a level and above from now on."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]))
