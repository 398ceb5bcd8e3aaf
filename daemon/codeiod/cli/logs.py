"""Where log events go: to standard error, coloured on a terminal, as plain lines elsewhere.

May import structlog.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure_logs(*, verbose: bool) -> None:
    """Send events to standard error; debug events only where asked for."""
    terminal = sys.stderr.isatty()
    render: Any = (
        structlog.dev.ConsoleRenderer(colors=True)
        if terminal
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.DEBUG if verbose else logging.INFO
        ),
        # Looked up at each event: a live display takes sys.stderr's place while it is up.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
