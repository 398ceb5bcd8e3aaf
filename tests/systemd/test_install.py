"""The notes on the installation work as they are written, to their end."""

from __future__ import annotations

import pytest

from .service import STATE, Service, notes

pytestmark = pytest.mark.timeout(300)

PUT_BACK = """
cp -a /mnt/codeiod /opt/
cp -a /mnt/systemd /mnt/*.d /etc/
ln -s /opt/codeiod/bin/codeiod /usr/local/bin/
systemctl daemon-reload
"""


def test_the_notes_end_with_start_use_and_removal() -> None:
    """The fixture types all but these."""
    assert [block.split()[:2] for block in notes()[-3:]] == [
        ["systemctl", "daemon-reload"],
        ["install", "-m"],
        ["systemctl", "disable"],
    ]


def test_what_the_notes_say_works(service: Service) -> None:
    """Installed by them, it starts with the machine, takes files, tells how it stands, and goes."""
    machine = service.machine
    start, use, remove = notes()[-3:]
    assert "active (running)" in machine.run("sh", "-euc", f"cd /src\n{start}")
    assert machine.run("systemctl", "is-enabled", service.unit).strip() == "enabled"
    told = machine.run("sh", "-euc", f"cd /src\n{use}")
    assert "working" in told or "idle" in told
    files = len(list(machine.path("/src/examples/algorithms").glob("*.py")))
    service.await_finished(files)

    kept = machine.path("/opt/codeiod")
    machine.run("sh", "-c", "cp -a /opt/codeiod /etc/systemd /etc/sysusers.d /etc/tmpfiles.d /mnt")
    machine.run("sh", "-euc", remove)
    assert not kept.exists()
    assert machine.attempt("systemctl", "cat", service.unit).returncode
    assert machine.path(f"{STATE}/out/dataset").is_dir()
    machine.run("sh", "-euc", PUT_BACK)
