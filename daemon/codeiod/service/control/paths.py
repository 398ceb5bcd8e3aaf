"""Where the control socket of a daemon is.

May import ``config``.
"""

from __future__ import annotations

from pathlib import Path

from codeiod.config import Settings

SOCKET = "control.sock"


def socket_path(settings: Settings) -> Path:
    """Return the path of the socket of a daemon with these settings."""
    return Path(settings.service.socket or Path(settings.output.dir) / SOCKET)
