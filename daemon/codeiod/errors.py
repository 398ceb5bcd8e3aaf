"""The errors that an operator sees, each with the exit status it ends a command with.

May import the standard library alone. A :class:`CodeiodError` is one clear line: what, where, what
to do. What an untrusted program did is a value (``codeiod_sandbox.Outcome``), never one of these.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitStatus(IntEnum):
    """The documented exit statuses of every command."""

    DONE = 0
    OTHER = 1
    SETTINGS = 2
    WORK_LEFT = 3
    DIRECTORY = 4


class CodeiodError(Exception):
    """Something that the operator has to know; the message is the one line that is shown."""

    exit_status: ClassVar[ExitStatus] = ExitStatus.OTHER


class SettingsError(CodeiodError):
    """A wrong setting, flag, source, recipe or sandbox level."""

    exit_status = ExitStatus.SETTINGS


class EndpointRefused(SettingsError):
    """No endpoint can ever answer: key refused, model unknown, no connection."""


class WorkLeft(CodeiodError):
    """The run stopped with work left; running it again goes on."""

    exit_status = ExitStatus.WORK_LEFT


class EndpointsGone(WorkLeft):
    """The endpoints stopped answering after answers had come."""


class DiskFull(WorkLeft):
    """The disk is full; nothing durable is lost, and the next run goes on."""


class DirectoryError(CodeiodError):
    """The output directory can't be used: in use, damaged, of a newer format, or not ours."""

    exit_status = ExitStatus.DIRECTORY


class Damaged(DirectoryError):
    """A file of the output directory is damaged; the message names the file and the offset."""


class DiskFailed(DirectoryError):
    """A write or fsync failed; a failed fsync is final and is never tried again."""


def known_cause(group: BaseExceptionGroup[BaseException]) -> CodeiodError | None:
    """Return the first error for the operator in a group, None where it holds any other kind.

    To be raised from ``except BaseExceptionGroup``: what ``except*`` raises, Python 3.11.2 (that of
    Debian 12) puts into a group again.
    """
    known, others = group.split(CodeiodError)
    if known is None or others is not None:
        return None
    error: BaseException = known
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, CodeiodError) else None
