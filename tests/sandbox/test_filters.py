"""The filters of system calls, run on made-up calls as the kernel would run them."""

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod_sandbox.guest.seccomp import child_filter, zygote_filter
from codeiod_sandbox.guest.syscall_table import ALLOWED, FATAL, NUMBERS

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
MACHINES = sorted(ARCHITECTURES)
OWN_PID = 4321
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS, ENOTTY = (ERRNO | number for number in (errno.EPERM, errno.ENOSYS, errno.ENOTTY))
LOAD, RETURN = 0x20, 0x06
JUMPS = {
    0x15: lambda found, word: found == word,
    0x35: lambda found, word: found >= word,
    0x45: lambda found, word: bool(found & word),
}
at_each_machine = pytest.mark.parametrize("machine", MACHINES)


def verdict(program: bytes, number: int, words: tuple[int, ...], architecture: int) -> int:
    """Return what a filter returns: classic BPF, as much of it as ours use."""
    words += (0,) * (6 - len(words))
    call = struct.pack("=iIQ6Q", number, architecture, 0, *words)
    instructions = list(struct.iter_unpack("=HBBI", program))
    place = found = 0
    while True:
        code, if_true, if_false, word = instructions[place]
        place += 1
        if code == RETURN:
            return word
        if code == LOAD:
            (found,) = struct.unpack_from("=I", call, word)
        else:
            place += if_true if JUMPS[code](found, word) else if_false


def of_both(machine: str, name: str, *words: int) -> tuple[int, int]:
    """Return what each stage says; the kernel takes the severer of the two."""
    stages = (zygote_filter(machine), child_filter(OWN_PID, machine))
    number, architecture = NUMBERS[machine][name], ARCHITECTURES[machine]
    first, second = (verdict(stage, number, words, architecture) for stage in stages)
    return first, second


@at_each_machine
@pytest.mark.parametrize(
    ("name", "words", "stages"),
    [
        ("read", (), (ALLOW, ALLOW)),
        ("exit_group", (), (ALLOW, ALLOW)),
        ("bpf", (), (KILL, ALLOW)),
        ("clone", (0x10000,), (ALLOW, ALLOW)),
        ("clone", (17,), (ALLOW, EPERM)),
        ("clone", (0x10000 | 0x10000000,), (KILL, ALLOW)),
        ("clone3", (), (ENOSYS, ALLOW)),
        ("unshare", (0x20000000,), (ALLOW, KILL)),
        ("unshare", (0x10000000,), (KILL, KILL)),
        ("setns", (3, 0x20000000), (ALLOW, KILL)),
        ("mount", (), (ALLOW, KILL)),
        ("kill", (OWN_PID, 10), (ALLOW, ALLOW)),
        ("kill", (OWN_PID, 9), (EPERM, ALLOW)),
        ("kill", (OWN_PID, 19), (EPERM, ALLOW)),
        ("kill", (1, 0), (ALLOW, EPERM)),
        ("kill", (1 << 32 | 1, 0), (ALLOW, EPERM)),
        ("kill", (-1 & 0xFFFFFFFF, 9), (EPERM, EPERM)),
        ("tgkill", (OWN_PID, 5, 10), (ALLOW, ALLOW)),
        ("tgkill", (OWN_PID, 5, 1 << 32 | 9), (EPERM, ALLOW)),
        ("tgkill", (1, 1, 0), (ALLOW, EPERM)),
        ("setrlimit", (0,), (EPERM, ALLOW)),
        ("setrlimit", (7,), (ALLOW, ALLOW)),
        ("prlimit64", (0, 0, 0), (ALLOW, ALLOW)),
        ("prlimit64", (0, 0, 4096), (EPERM, ALLOW)),
        ("prlimit64", (0, 0, 1 << 32), (EPERM, ALLOW)),
        ("prlimit64", (0, 7, 4096), (ALLOW, ALLOW)),
        ("prlimit64", (1, 7, 0), (EPERM, ALLOW)),
        ("fcntl", (0, 1), (ALLOW, ALLOW)),
        ("fcntl", (0, 8), (EPERM, ALLOW)),
        ("fcntl", (0, 10), (EPERM, ALLOW)),
        ("ioctl", (0, 0x5401), (ALLOW, ALLOW)),
        ("ioctl", (0, 0x5412), (ENOTTY, ALLOW)),
        ("prctl", (1, 0), (ALLOW, EPERM)),
        ("prctl", (15, 0), (ALLOW, ALLOW)),
        ("socketpair", (1, 1), (ALLOW, ALLOW)),
        ("socketpair", (1, 0x80805), (ALLOW, ALLOW)),
        ("socketpair", (1, 2), (EPERM, ALLOW)),
        ("socketpair", (1, 0x80003), (EPERM, ALLOW)),
        ("socketpair", (2, 1), (EPERM, ALLOW)),
        ("prctl", (4, 1), (EPERM, ALLOW)),
        ("prctl", (22, 2), (EPERM, ALLOW)),
        ("splice", (), (EPERM, ALLOW)),
        ("sendfile", (), (EPERM, ALLOW)),
        ("setsockopt", (), (EPERM, ALLOW)),
        ("landlock_add_rule", (), (ALLOW, EPERM)),
        ("fchmodat", (), (ALLOW, ALLOW)),
        ("timer_create", (), (EPERM, ALLOW)),
        ("capset", (), (ALLOW, EPERM)),
        ("pidfd_send_signal", (), (ALLOW, EPERM)),
    ],
)
def test_each_rule(
    machine: str, name: str, words: tuple[int, ...], stages: tuple[int, ...]
) -> None:
    """What the zygote and what a program may ask for, with these arguments."""
    assert of_both(machine, name, *words) == stages


@at_each_machine
def test_what_has_no_condition(machine: str) -> None:
    """The fatal calls kill; what is neither allowed nor fatal is refused."""
    stage, architecture = zygote_filter(machine), ARCHITECTURES[machine]
    numbers = NUMBERS[machine]
    for name in FATAL:
        if name in numbers:
            assert verdict(stage, numbers[name], (), architecture) == KILL, name
    for number in set(range(600)) - {numbers[name] for name in numbers}:
        assert verdict(stage, number, (), architecture) == EPERM, number


@at_each_machine
@pytest.mark.parametrize("name", ["fchmod", "fchmodat", "utimensat", "chmod", "utime"])
def test_modes_of_shared_files(machine: str, name: str) -> None:
    """Where a program sees the machine's files, a change of mode is left undone in silence."""
    number = NUMBERS[machine].get(name)
    stage = child_filter(OWN_PID, machine, shares_files=True)
    if number is not None:
        assert verdict(stage, number, (), ARCHITECTURES[machine]) == ERRNO


@given(machine=st.sampled_from(MACHINES), number=st.integers(0x40000000, 0x7FFFFFFF))
def test_numbers_of_another_interface(machine: str, number: int) -> None:
    """Nothing gets past the filter by the numbers of x32."""
    assert verdict(zygote_filter(machine), number, (), ARCHITECTURES[machine]) == KILL


@given(machine=st.sampled_from(MACHINES), name=st.sampled_from(ALLOWED), other=st.integers(0, 9))
def test_calls_of_another_architecture(machine: str, name: str, other: int) -> None:
    """Thirty-two bit calls of the same machine are killed, whatever they ask for."""
    number = NUMBERS[machine].get(name, 0)
    for stage in (zygote_filter(machine), child_filter(OWN_PID, machine)):
        assert verdict(stage, number, (), 0x40000003 + other) == KILL


def test_a_machine_without_a_table() -> None:
    """It gets no filter, and is told so in an error that the other layers survive."""
    with pytest.raises(OSError, match="riscv64"):
        zygote_filter("riscv64")
