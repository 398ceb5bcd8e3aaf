"""What libraries log, and warnings of Python, as events like ours.

May import structlog.
"""

from __future__ import annotations

import logging

import structlog

log = structlog.get_logger()


class Forward(logging.Handler):
    """Hands the records of the standard library's logging on."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record as ``library.message``."""
        log.log(
            min(record.levelno, logging.ERROR),
            "library.message",
            library=record.name,
            text=record.getMessage(),
            exc_info=record.exc_info,
        )


def forward_libraries() -> None:
    """Log what libraries warn of; what they merely tell is theirs."""
    logging.basicConfig(handlers=[Forward()], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
