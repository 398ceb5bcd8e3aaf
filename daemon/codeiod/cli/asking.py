"""One question to a running daemon over its control socket: HTTP with the standard library.

May import ``errors`` and, inside, ``service.control.binding``.
"""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, ClassVar

from codeiod.errors import CodeiodError, ExitStatus, SettingsError

ANSWER_SECONDS = 320.0
"""How long an answer may take: the story of an item is looked for in the whole log."""
BAD = 400
WRONG = (400, 404, 413)


class NoDaemon(CodeiodError):
    """No daemon listens at the control socket."""

    exit_status: ClassVar[ExitStatus] = ExitStatus.WORK_LEFT


class Refused(CodeiodError):
    """The daemon can't do that now."""


def ask(path: Path, method: str, target: str, body: bytes = b"") -> Any:
    """Ask a daemon, and return its answer.

    :raises NoDaemon: there is none.
    :raises SettingsError: what is asked for is wrong.
    :raises Refused: it can't be done now.
    """
    connection = _Connection(path)
    try:
        connection.request(method, target, body)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (HTTPException, ConnectionError, ValueError, TimeoutError) as error:
        raise Refused(f"the daemon at {path} has not answered: {error!r}") from error
    finally:
        connection.close()
    if response.status < BAD:
        return answer
    kind = SettingsError if response.status in WRONG else Refused
    raise kind(str(answer.get("error", response.reason)))


class _Connection(HTTPConnection):
    """HTTP over the socket at a path."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        """Connect.

        :raises NoDaemon: no one listens there.
        :raises SettingsError: this user may not.
        """
        from codeiod.service.control.binding import connect

        try:
            self.sock = connect(self._path, ANSWER_SECONDS)
        except PermissionError as error:
            raise SettingsError(
                f"{self._path}: this user may not control the daemon (see service.socket_mode)"
            ) from error
        except OSError as error:
            raise NoDaemon(
                f"no daemon listens at {self._path} ({error.strerror}): start codeiod serve, or"
                " name its directory with --out, or its settings with --config"
            ) from error
