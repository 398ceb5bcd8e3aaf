"""What the sandbox says of a machine, and what it says to change."""

import errno
import os
import sys
from pathlib import Path

import pytest

from codeiod_sandbox import Modules, Sandbox, SandboxError, SandboxLevel, probe, remedies
from codeiod_sandbox.attacks import ATTACKS, attack
from codeiod_sandbox.probe import group_bounds


def test_each_layer_works_or_says_why_not() -> None:
    """And how to get it, and for which level."""
    found = probe()
    assert found.level > SandboxLevel.NONE
    assert {"seccomp", "landlock", "namespaces", "cgroup"} <= {each.name for each in found.layers}
    for layer in found.layers:
        assert layer.works == (layer.why_not == "") == (layer.how_to_get == "")
    missing = [layer.unlocks for layer in found.layers if not layer.works]
    assert found.level == SandboxLevel.CGROUP or min(missing, default=5) > found.level
    assert found.rate.programs_per_second > 0
    assert found.rate.calls_per_second > 0
    assert found.attacks == ()


def test_a_named_interpreter_and_its_modules() -> None:
    """Modules are told as programs find them: with the policy, and by either name."""
    allowed = ("numpy", "sklearn", "of-course-not")
    found = probe(Path(sys.executable), Modules(allowed=allowed))
    assert found.interpreter.path == sys.executable
    assert found.interpreter.version == sys.version.split()[0]
    modules = {module.name: module for module in found.modules}
    assert modules["of-course-not"].why_not == "not installed"
    assert "sklearn" not in modules
    for name in ("scikit-learn", "numpy"):
        assert modules[name].works == (modules[name].version != "")
    assert not modules["nltk"].works
    assert {"nltk", "of-course-not"} <= set(found.missing_modules)


@pytest.mark.parametrize(
    "level", [SandboxLevel.NONE, SandboxLevel.WEAK, SandboxLevel.NO_NAMESPACES]
)
def test_one_that_is_held_down_says_so(level: SandboxLevel) -> None:
    """What the caller switched off is not told as a fault of the machine."""
    found = probe(at_most=level)
    assert found.level <= level
    (namespaces,) = [layer for layer in found.layers if layer.name == "namespaces"]
    assert namespaces.why_not == "switched off"
    assert namespaces.how_to_get == "nothing to change here: it was asked to go no higher"


def test_one_that_can_not_be_started() -> None:
    """The error says why."""
    with pytest.raises(SandboxError, match="can't be started"):
        probe(Path("/nonexistent/python"))


async def test_attacks_are_held_from_level_two_on() -> None:
    """All of them, for real, on a sandbox as it is used; and each says how it was held."""
    attacked = await attack()
    assert [each.name for each in attacked] == [each.name for each in ATTACKS]
    async with Sandbox(1) as sandbox:
        level = sandbox.level
    if level >= SandboxLevel.NO_NAMESPACES:
        assert [each for each in attacked if not each.contained] == []
    assert all(each.seen for each in attacked)


async def test_attacks_that_succeed_are_told() -> None:
    """Where nothing holds them, most reach their targets: else they would prove nothing."""
    attacked = {each.name: each for each in await attack(at_most=SandboxLevel.NONE)}
    for name in ("host files", "loopback", "abstract socket", "fork", "kill", "write outside"):
        assert not attacked[name].contained, name
    assert attacked["memory"].contained  # by an rlimit, which there always is


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("on", "on"),
        (
            "PermissionError: [Errno 1] unshare: Operation not permitted",
            "unshare: Operation not permitted (EPERM)",
        ),
        ("[Errno 28] mount: No space left on device", "mount: No space left on device (ENOSPC)"),
        (
            "landlock_create_ruleset: Function not implemented",
            "landlock_create_ruleset: Function not implemented (ENOSYS)",
        ),
        ("/root is closed to other users", "/root is closed to other users"),
    ],
)
def test_errors_are_told_by_name(state: str, expected: str) -> None:
    """As documentation and search engines know them."""
    assert remedies.told(state) == expected


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=15000"),
        ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor profile with `userns,`"),
    ],
)
def test_the_knob_that_stands_wrong_is_named(
    tmp_path: Path, file: str, text: str, expected: str
) -> None:
    """It is read from this machine; one that stands right is not blamed."""
    path = tmp_path / "proc/sys" / file
    path.parent.mkdir(parents=True)
    path.write_text(text + "\n")
    (tmp_path / ".dockerenv").touch()
    remedy = remedies.how_to_get("namespaces", "unshare: ... (EPERM)", tmp_path)
    assert expected in remedy
    assert "container" not in remedy
    path.write_text("7\n")
    assert "--security-opt" in remedies.how_to_get("namespaces", "unshare: ... (EPERM)", tmp_path)
    (tmp_path / ".dockerenv").unlink()
    assert "RestrictNamespaces" in remedies.how_to_get("private root", "mount: ...", tmp_path)


def test_remedies_of_the_other_layers() -> None:
    """Each says something of its own."""
    disabled = remedies.told(f"landlock: {os.strerror(errno.EOPNOTSUPP)}")
    assert "lsm=landlock" in remedies.how_to_get("landlock", disabled)
    assert "Linux 6.12" in remedies.how_to_get("landlock", "ABI 4: ...")
    assert "CONFIG_SECCOMP_FILTER" in remedies.how_to_get("seccomp", "(ENOSYS)")
    assert "Delegate=memory pids" in remedies.how_to_get("cgroup", "not delegated")
    assert "unified_cgroup_hierarchy" in remedies.how_to_get("cgroup", "they are used as v1")


def test_what_keeps_a_level_away() -> None:
    """Only the layers that bear on it, in one line."""
    full = {"seccomp": "on", "landlock": "on", "landlock abi": "7"}
    full |= {"namespaces": "on", "private root": "on", "cgroup": "not delegated"}
    assert remedies.keeps_below(full, SandboxLevel.CGROUP) == "no cgroup (not delegated)"
    assert remedies.keeps_below(full, SandboxLevel.FULL) == ""
    old = full | {"namespaces": "unshare: no", "landlock abi": "3", "foreign user": "on"}
    del old["private root"]
    assert remedies.keeps_below(old, SandboxLevel.NO_NAMESPACES) == (
        "no namespaces (unshare: no);"
        " no landlock (ABI 3: signals and abstract sockets are not scoped)"
    )


def test_a_group_that_bounds_the_memory_is_told(tmp_path: Path) -> None:
    """Its own and those around it; one without a bound is none."""
    own = tmp_path / "system.slice/x.service"
    own.mkdir(parents=True)
    (own / "memory.max").write_text("max\n")
    (own.parent / "memory.max").write_text(f"{200 << 20}\n")
    assert list(group_bounds(tmp_path, own)) == [
        f"memory.max of {own.parent}: 200 MB for all together"
    ]
