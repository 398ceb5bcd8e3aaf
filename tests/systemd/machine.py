"""A machine with a real systemd as process 1, in namespaces of its own beside ours.

Imports the standard library. What it needs of this machine is asked by ``missing``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
REQUIREMENTS = REPOSITORY / "requirements" / "run.txt"
BOOT_SECONDS = 60.0
PATIENCE_SECONDS = 120.0
COMMAND_SECONDS = 120.0
TOOLS = ("unshare", "nsenter", "setpriv")
ENVIRONMENT = (
    "PATH=/usr/local/bin:/usr/sbin:/usr/bin",
    "PIP_NO_INDEX=1",
    "PIP_FIND_LINKS=/opt/wheels",
)
"""Of commands in the machine; it has no network."""


def root() -> Path:
    """Return where the Debian root is, or would be: see make_root.sh."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("CODEIOD_SYSTEMD_ROOT") or Path(cache) / "codeiod/systemd-root")


def missing() -> str:
    """Say what is missing for a machine of this kind, ``""`` where there is all."""
    if not (root() / "usr/lib/systemd/systemd").exists():
        return f"no Debian root at {root()}: make acceptance-systemd makes one"
    made_for = root() / "opt/wheels/run.txt"
    if not made_for.is_file() or made_for.read_text() != REQUIREMENTS.read_text():
        return f"{root()} was made for other requirements: make acceptance-systemd renews it"
    if os.geteuid() != 0:
        return "only root can boot it"
    if absent := [tool for tool in TOOLS if not shutil.which(tool)]:
        return f"{', '.join(absent)} is not installed"
    if not cgroups().is_dir():
        return "cgroup v2 is not mounted"
    return ""


def cgroups() -> Path:
    """Return where cgroup v2 is mounted."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(place)
    return Path("/nowhere")


def await_that(fact: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something is the case in the machine."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(0.05)


@dataclass(frozen=True)
class Machine:
    """A machine that is up."""

    pid: int
    """Of its process 1, as we see it."""

    def run(self, *command: str, stdin: str = "", check: bool = True) -> str:
        """Run a command as its root, and return what it printed.

        :raises AssertionError: it ended otherwise than with 0, where that is to be checked.
        """
        ended = self.attempt(*command, stdin=stdin)
        assert not check or ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def attempt(self, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command as its root, however it ends."""
        inside = ["nsenter", "--target", str(self.pid), "--all", "--root", "--wd"]
        return subprocess.run(
            [*inside, "env", "-i", *ENVIRONMENT, *command],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def write(self, path: str, text: str) -> None:
        """Write a file of the machine; its folder is made."""
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def path(self, path: str) -> Path:
        """Return a path of the machine as we see it."""
        return Path(f"/proc/{self.pid}/root{path}")

    def shows(self, unit: str, name: str) -> str:
        """Return a property of a unit."""
        return self.run("systemctl", "show", "--value", "--property", name, unit).strip()

    def journal(self, unit: str) -> str:
        """Return what a unit has logged, messages alone."""
        return self.run("journalctl", "--unit", unit, "--output", "cat", "--no-pager")


@contextmanager
def booted() -> Iterator[Machine]:
    """Boot a machine, and take it away with all that runs in it."""
    group = cgroups() / f"codeiod-tests-{os.getpid()}-{time.monotonic_ns()}"
    group.mkdir()
    command = ["setpriv", "--pdeathsig", "KILL", str(HERE / "boot.sh")]
    process = subprocess.Popen([*command, str(root()), str(REPOSITORY), str(group)])
    try:
        machine = Machine(_first_process(process))
        await_that(lambda: _is_up(machine), BOOT_SECONDS)
        yield machine
    finally:
        process.kill()  # and its child with it: --kill-child
        process.wait(PATIENCE_SECONDS)
        _remove(group)


def _first_process(unshare: subprocess.Popen[bytes]) -> int:
    children = Path(f"/proc/{unshare.pid}/task/{unshare.pid}/children")
    await_that(lambda: unshare.poll() is not None or children.read_text())
    assert unshare.poll() is None, f"boot.sh ended with {unshare.returncode}"
    return int(children.read_text())


def _is_up(machine: Machine) -> bool:
    """Tell whether all units of the boot have been started, or have failed."""
    if not machine.path("/run/systemd/private").exists():
        return False
    state = machine.run("systemctl", "is-system-running", check=False).strip()
    return state in ("running", "degraded")


def _remove(group: Path) -> None:
    """Remove a cgroup and all below it, once the last process has left."""

    def gone() -> bool:
        for folder, _, _ in os.walk(group, topdown=False):
            with suppress(OSError):  # not empty yet
                Path(folder).rmdir()
        return not group.exists()

    await_that(gone)
