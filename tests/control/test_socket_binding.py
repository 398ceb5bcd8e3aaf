"""The control socket's path: whose it is, how long it may be, and who may connect when."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from codeiod.errors import SettingsError
from codeiod.service.control.binding import MOST_PATH_BYTES, bind, connect


def test_what_a_dead_daemon_left_is_replaced(folder: Path) -> None:
    """A socket at which no one listens is removed; the new one takes connections."""
    path = folder / "control.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
        dead.listen()
    bound = bind(path, 0o600)
    connect(path).close()
    bound.remove()
    assert not path.exists()


def test_one_that_listens_is_left_alone(folder: Path) -> None:
    """The socket of a daemon at work is refused, and still its own afterwards."""
    path = folder / "control.sock"
    bound = bind(path, 0o600)
    with pytest.raises(SettingsError, match="another daemon listens"):
        bind(path, 0o600)
    connect(path).close()
    bound.remove()


def test_one_whose_daemon_takes_no_more_is_left_alone(folder: Path) -> None:
    """Where a backlog is full someone is there, however busy."""
    path = folder / "control.sock"
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(str(path))
        busy.listen(0)
        waiting = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(3)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(str(path))
        with pytest.raises(SettingsError, match=r"control\.sock"):
            bind(path, 0o600)
        assert path.exists()
        for client in waiting:
            client.close()


def test_another_file_is_refused(folder: Path) -> None:
    """What is no socket is never removed."""
    path = folder / "control.sock"
    path.write_text("mine")
    with pytest.raises(SettingsError, match="is no socket"):
        bind(path, 0o600)
    assert path.read_text() == "mine"


def test_a_folder_that_is_not_there(folder: Path) -> None:
    """The refusal names the path, and what to set."""
    with pytest.raises(SettingsError, match=r"No such file.*set service\.socket elsewhere"):
        bind(folder / "none" / "control.sock", 0o600)


def test_a_path_that_is_too_long_for_an_address(folder: Path) -> None:
    """Both ends reach it all the same."""
    deep = folder.joinpath(*["a" * 60] * 3)
    deep.mkdir(parents=True)
    path = deep / "control.sock"
    assert len(str(path)) > MOST_PATH_BYTES
    bound = bind(path, 0o600)
    connect(path).close()
    with pytest.raises(SettingsError, match="another daemon listens"):
        bind(path, 0o600)
    bound.remove()
    assert not path.exists()
    bind(path, 0o600).remove()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o177])
def test_the_mode_whatever_the_umask(folder: Path, umask: int) -> None:
    """The mode is what the settings say, neither more nor less."""
    before = os.umask(umask)
    try:
        bound = bind(folder / "s", 0o660)
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "s").stat().st_mode) == 0o660
    bound.remove()


def test_a_socket_that_took_its_place_is_left(folder: Path) -> None:
    """At its end a daemon removes its own socket, not that of one which came after it."""
    path = folder / "s"
    first = bind(path, 0o600)
    path.unlink()
    second = bind(path, 0o600)
    first.remove()
    connect(path).close()
    second.remove()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can try what another user may")
def test_another_user_is_kept_out(folder: Path) -> None:
    """The mode decides who may connect."""
    folder.chmod(0o755)
    bounds = {mode: bind(folder / f"{mode:o}", mode) for mode in (0o600, 0o666)}
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        may = []
        for mode in bounds:
            try:
                connect(folder / f"{mode:o}").close()
                may.append(mode)
            except PermissionError:
                pass
        os._exit(0 if may == [0o666] else 1)
    _, status = os.waitpid(child, 0)
    assert status == 0
    for bound in bounds.values():
        bound.remove()
