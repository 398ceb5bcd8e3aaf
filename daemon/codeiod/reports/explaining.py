"""The story of an item told by a child process, so that a daemon's own loop goes on meanwhile.

May import anyio, errors and ``explain``. As a program (``python -m``) it is that child: it writes
the story as JSON, or why there is none and the exit status of that.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import anyio
import orjson

from codeiod.errors import CodeiodError, DirectoryError, ExitStatus, SettingsError

MODULE = "codeiod.reports.explaining"
NICENESS = 10
"""It looks through all of the log, and gives way to the work meanwhile."""


async def explained(directory: Path, name: str) -> bytes:
    """Return the story of an item as JSON; see ``explain``. On cancellation the child is killed.

    :raises SettingsError: no item is named so, or more than one.
    :raises DirectoryError: the directory is damaged, or can't be read.
    """
    # -P: whatever lies in the folder where the daemon works is no module of ours.
    command = [sys.executable, "-P", "-m", MODULE, str(directory), name]
    child = await anyio.run_process(command, check=False)
    if child.returncode == ExitStatus.DONE:
        return child.stdout
    why = child.stderr.decode(errors="replace").strip() or f"it ended with {child.returncode}"
    kind = SettingsError if child.returncode == ExitStatus.SETTINGS else DirectoryError
    raise kind(why.splitlines()[-1])


def main() -> None:
    """Tell the story of the item that the arguments name."""
    from codeiod.reports.explain import explain

    os.nice(NICENESS)
    directory, name = sys.argv[1:]
    try:
        sys.stdout.buffer.write(orjson.dumps(explain(Path(directory), name)))
    except CodeiodError as error:
        sys.exit(_told(error))


def _told(error: CodeiodError) -> int:
    sys.stderr.write(f"{error}\n")
    return error.exit_status


if __name__ == "__main__":
    main()
