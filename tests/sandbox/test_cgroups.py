"""Which cgroup is ours to divide, and what is done with it: on trees that imitate the kernel's."""

import os
import shutil
from pathlib import Path

import pytest

from codeiod_sandbox.cgroups import Grounds, NotDelegatedError, Slot, own_group, stake_out
from codeiod_sandbox.killers import Killer

MOUNTS = """\
23 28 0:21 / /proc rw,nosuid - proc proc rw
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / {mount} rw,relatime shared:4 - cgroup2 cgroup2 rw
"""
UNIT = "system.slice/codeiod.service"


class Tree:
    """A mounted hierarchy, as plain files, and a /proc with this process in it."""

    def __init__(self, folder: Path) -> None:
        self.mount = folder / "cgroup"
        self.proc = folder / "proc"
        self.proc.mkdir()
        self.group("", controllers="cpu memory pids")
        (self.mount / "cgroup.events").unlink()  # the root has none
        self.group("system.slice")

    def group(self, path: str, *, controllers: str = "memory pids", mark: bool = False) -> Path:
        group = self.mount / path
        group.mkdir(parents=True, exist_ok=True)
        (group / "cgroup.controllers").write_text(controllers)
        (group / "cgroup.events").write_text("populated 1\nfrozen 0\n")
        for name in ("cgroup.procs", "cgroup.subtree_control"):
            (group / name).write_text("")
        if mark:
            os.setxattr(group, "user.delegate", b"1")
        return group

    def enter(self, path: str, *others: int) -> None:
        pids = "".join(f"{pid}\n" for pid in (os.getpid(), *others))
        (self.mount / path / "cgroup.procs").write_text(pids)
        (self.proc / "cgroup").write_text(f"3:memory:/\n0::/{path}\n")
        (self.proc / "mountinfo").write_text(MOUNTS.format(mount=self.mount))

    def stake_out(self) -> Grounds:
        return stake_out(self.proc)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    try:
        os.setxattr(tmp_path, "user.probe", b"1")
    except OSError:
        pytest.skip("no extended attributes on this file system")
    return Tree(tmp_path)


def test_the_parent_that_was_delegated(tree: Tree) -> None:
    """As with DelegateSubgroup: we live in a group below, and divide the one above."""
    unit = tree.group(UNIT, mark=True)
    tree.group(f"{UNIT}/daemon", controllers="")
    tree.enter(f"{UNIT}/daemon")
    assert tree.stake_out() == Grounds(unit)
    assert (unit / "cgroup.subtree_control").read_text() == "+memory +pids"


def test_the_own_group_that_was_delegated(tree: Tree) -> None:
    """We move to a group of our own below it first."""
    unit = tree.group(UNIT, mark=True)
    tree.group(f"{UNIT}/daemon", controllers="")
    tree.enter(UNIT)
    assert tree.stake_out() == Grounds(unit)
    assert (unit / "daemon/cgroup.procs").read_text() == str(os.getpid())


def test_what_is_enabled_already_is_left(tree: Tree) -> None:
    unit = tree.group(UNIT, mark=True)
    (unit / "cgroup.subtree_control").write_text("cpu memory pids")
    tree.group(f"{UNIT}/daemon")
    tree.enter(f"{UNIT}/daemon")
    tree.stake_out()
    assert (unit / "cgroup.subtree_control").read_text() == "cpu memory pids"


@pytest.mark.parametrize("mark", [False, True])
def test_foreign_processes_are_not_moved(tree: Tree, mark: bool) -> None:
    """A group that others live in is not ours, marked or not."""
    unit = tree.group(UNIT, mark=mark)
    tree.enter(UNIT, 1)
    with pytest.raises(NotDelegatedError, match=r"other processes: \[1\]|not delegated"):
        tree.stake_out()
    assert not (unit / "daemon").exists()
    assert (unit / "cgroup.subtree_control").read_text() == ""


def test_a_parent_that_holds_processes(tree: Tree) -> None:
    """It can't be divided, whatever it is marked with."""
    unit = tree.group(UNIT, mark=True)
    tree.group(f"{UNIT}/daemon")
    tree.enter(f"{UNIT}/daemon")
    (unit / "cgroup.procs").write_text("17\n")
    with pytest.raises(NotDelegatedError, match="not delegated"):
        tree.stake_out()


def test_the_root_of_all_is_left_alone(tree: Tree) -> None:
    """Root may write to it; it is nobody's all the same."""
    tree.group("daemon")
    for path in ("", "daemon"):
        tree.enter(path)
        with pytest.raises(NotDelegatedError, match="not delegated"):
            tree.stake_out()
    assert (tree.mount / "cgroup.subtree_control").read_text() == ""


def test_controllers_that_were_not_delegated(tree: Tree) -> None:
    """The reason names them."""
    tree.group(UNIT, controllers="cpu pids", mark=True)
    tree.enter(UNIT)
    with pytest.raises(NotDelegatedError, match="delegated without memory"):
        tree.stake_out()


def test_controllers_that_are_used_as_version_one(tree: Tree) -> None:
    """As on machines with a hybrid hierarchy."""
    (tree.mount / "cgroup.controllers").write_text("hugetlb")
    tree.group(UNIT, mark=True)
    tree.enter(UNIT)
    with pytest.raises(NotDelegatedError, match="used as v1"):
        tree.stake_out()


def test_what_vanishes_is_a_reason(tree: Tree) -> None:
    """An error of the files is told as a reason, with the file."""
    tree.group(UNIT, mark=True)
    tree.enter(UNIT)
    shutil.rmtree(tree.mount)
    with pytest.raises(NotDelegatedError, match=r"cgroup\.controllers: No such file"):
        tree.stake_out()


def test_slots_of_dead_daemons_are_swept(tree: Tree) -> None:
    """Empty ones of our naming alone, and none of a daemon that lives."""
    unit = tree.group(UNIT, mark=True)
    tree.group(f"{UNIT}/daemon")
    tree.enter(f"{UNIT}/daemon")
    dead, alive = f"codeiod-slot-{1 << 30}-1", f"codeiod-slot-{os.getpid()}-99"
    full = f"codeiod-slot-{1 << 30}-2"
    for name in (dead, alive, full, "codeiod-slot-x", "other"):
        (unit / name).mkdir()
    (unit / full / "process").mkdir()  # what is in use resists
    tree.stake_out()
    left = {path.name for path in unit.iterdir() if path.is_dir()}
    assert left == {"daemon", alive, full, "codeiod-slot-x", "other"}


@pytest.mark.parametrize(
    ("groups", "mount", "expected"),
    [
        ("0::/", "/sys/fs/cgroup", ("/sys/fs/cgroup", "/sys/fs/cgroup")),
        ("1:cpu:/x\n0::/a/b\n", "/cg", ("/cg", "/cg/a/b")),
        ("0::/a", "/c\\040g", ("/c g", "/c g/a")),
    ],
)
def test_where_the_own_group_is(groups: str, mount: str, expected: tuple[str, str]) -> None:
    """Read from what the kernel lists, escapes included."""
    found = own_group(groups, MOUNTS.format(mount=mount))
    assert tuple(map(str, found)) == expected


def test_a_mount_of_a_part_of_the_tree() -> None:
    """As in a container that shares the host's view of groups."""
    mounts = "41 31 0:38 /docker/x /sys/fs/cgroup rw - cgroup2 cgroup rw\n"
    inside = own_group("0::/docker/x/daemon", mounts)
    assert inside == (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/daemon"))
    for elsewhere in ("0::/docker/xy", "0::/../y", "0::/"):
        with pytest.raises(NotDelegatedError, match="not mounted"):
            own_group(elsewhere, mounts)
    with pytest.raises(NotDelegatedError, match="not mounted"):
        own_group("0::/../y", MOUNTS.format(mount="/sys/fs/cgroup"))
    with pytest.raises(NotDelegatedError, match="no cgroup v2"):
        own_group("3:memory:/\n", mounts)


def test_who_killed_in_a_slot(tmp_path: Path) -> None:
    """Its own limit, the kernel for others' sake, or nobody of the kernel's."""
    slot, events = Slot(tmp_path), tmp_path / "memory.events"
    told = []
    for oom, oom_kill in [(0, 0), (1, 1), (1, 1), (1, 2), (3, 2), (4, 4)]:
        events.write_text(f"low 0\nhigh 0\nmax 5\noom {oom}\noom_kill {oom_kill}\n")
        told.append(slot.killer())
    somebody, limit, kernel = Killer.SOMEBODY, Killer.ITS_OWN_LIMIT, Killer.KERNEL
    assert told == [somebody, limit, somebody, kernel, somebody, limit]
