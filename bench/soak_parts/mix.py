"""Short programs, sound and hostile, each with what may come of it: the load of soak and chaos.

Imports the sandbox's values only. The hostile ones stand in `hostile.txt`; the few that must run
out of time are rare in the mix.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from textwrap import indent
from typing import Any

from codeiod_sandbox import Call, Limits, Outcome, Program, Returned

HOSTILE_EVERY = 5
TWIN_EVERY = 10
ROUNDS_A_RARE_ONE = 16
LIMITS = Limits(call_seconds=0.5, memory_bytes=64 << 20, output_bytes=1 << 16)
_HEAD = "import ctypes, os, sys\nkept = []\ndef f():\n"


@dataclass(frozen=True, slots=True)
class Execution:
    """One program with one call, and the right value or the names of what may come of it."""

    name: str
    program: Program
    call: Call
    twin: bool
    wanted: Any = None
    expected: frozenset[str] = frozenset()

    def is_right(self, outcome: Outcome) -> bool:
        """Tell whether an outcome is the known one."""
        if self.expected:
            return type(outcome).__name__ in self.expected
        return isinstance(outcome, Returned) and bool(outcome.value == self.wanted)


def double(n: int) -> int:
    return n * 2


def digits(n: int) -> dict[str, Any]:
    return {"n": n, "digits": [int(c) for c in str(n)]}


def words(n: int) -> dict[str, int]:
    import collections
    import re

    return dict(collections.Counter(re.findall(".", "abc" * (n % 7 + 1))))


def file(n: int) -> str:
    import tempfile

    with tempfile.TemporaryFile() as note:
        note.write(str(n).encode())
        note.seek(0)
        return note.read().decode()


def thread(n: int) -> list[int]:
    import threading

    kept: list[int] = []
    started = threading.Thread(target=kept.append, args=(n,))
    started.start()
    started.join()
    return kept


SOUND: tuple[Callable[[int], Any], ...] = (double, digits, words, file, thread)
"""Their own text is the program; called here they tell what it must return."""


def executions(count: int, *, hostile_every: int = HOSTILE_EVERY) -> Iterator[Execution]:
    """Give so many executions, one in `hostile_every` hostile, in an order that repeats itself."""
    cases = [_case(block) for block in _blocks()]
    common = [case for case in cases if "rare" not in case.expected]
    rare = [case for case in cases if "rare" in case.expected]
    hostile = cycle([*(common * ROUNDS_A_RARE_ONE), *rare])
    sound = cycle(SOUND)
    for number in range(count):
        twin = number % TWIN_EVERY == 0
        if number % hostile_every == hostile_every - 1:
            case = next(hostile)
            yield Execution(case.name, case.program, case.call, twin, expected=case.expected)
        else:
            function = next(sound)
            source = Program("from typing import Any\n" + inspect.getsource(function))
            call = Call(function.__name__, {"n": number})
            yield Execution(function.__name__, source, call, twin, wanted=function(number))


def _blocks() -> list[str]:
    text = Path(__file__).with_name("hostile.txt").read_text(encoding="utf-8")
    return text.split("\n== ")[1:]


def _case(block: str) -> Execution:
    head, _, body = block.partition("\n")
    name, _, expected = head.partition(": ")
    program = Program(_HEAD + indent(body, "    "))
    return Execution(name, program, Call("f", {}), twin=False, expected=frozenset(expected.split()))
