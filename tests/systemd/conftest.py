"""A daemon installed on a machine with a real systemd, as docs/install.md says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .machine import Machine, booted, missing
from .service import KEY, Service, notes


@pytest.fixture(scope="package")
def machine() -> Iterator[Machine]:
    """Boot a machine."""
    if why := missing():
        pytest.skip(f"no machine with a systemd: {why}")
    with booted() as up:
        yield up


@pytest.fixture(scope="package")
def installed(machine: Machine) -> Service:
    """Install the daemon, typing what the notes say, and start a teacher where they expect one."""
    for block in notes()[:-3]:
        machine.run("sh", "-euc", f"cd /src\n{block}", stdin=KEY)
    service = Service(machine)
    service.start_teacher()
    return service


@pytest.fixture
def service(installed: Service) -> Service:
    """Return the daemon without data, drop-ins and files of a test before."""
    installed.clear()
    return installed
