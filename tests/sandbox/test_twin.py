"""The twin zygote finds out what depends on more than its arguments."""

import sys
from pathlib import Path

import pytest

from codeiod_sandbox import Call, Outcome, Program, Returned, Sandbox, SandboxLevel

# Tests share their zygotes, as programs do: one loop for all.
pytestmark = pytest.mark.asyncio(loop_scope="module")


HOST_NAME = "import platform; return platform.node()"
PROCESS = "import os, getpass; return [os.getpid(), getpass.getuser()]"
USUAL_TMP = "open('/tmp/x', 'w').write('a'); import os; return [open('x').read(), os.listdir()]"
ONES_OWN = (HOST_NAME, PROCESS, USUAL_TMP)


def skip_without_namespaces(sandbox: Sandbox, body: str) -> None:
    """Skip what is only true where a program sees a host, files and processes of its own."""
    if body in ONES_OWN and sandbox.level < SandboxLevel.FULL:
        pytest.skip(f"no namespaces here: the sandbox is at level {sandbox.level.name}")


async def both(
    sandbox: Sandbox, source: str, calls: int = 1
) -> tuple[list[Outcome], list[Outcome]]:
    program, asked = Program(source), [Call("f", {}, seed=7)] * calls
    return await sandbox.run(program, asked), await sandbox.run(
        program, asked, twin=True, alone=True
    )


@pytest.mark.parametrize(
    "body",
    [
        "import time; return int(time.time()) // 86400",
        "import time; return time.time_ns() // 10**15",
        "import time; return time.localtime().tm_year",
        "import time; return [time.gmtime().tm_hour, time.gmtime().tm_wday]",
        "import time; return time.strftime('%Y-%m-%d %H')",
        "import time; return time.ctime()[-4:]",
        "import time; return time.asctime()[-4:]",
        "import time; return time.clock_gettime(time.CLOCK_REALTIME) // 10**6",
        "import time; return int(time.monotonic()) // 1000",
        "import time; return int(time.perf_counter()) // 1000",
        "import os; return int(os.times().elapsed) // 1000",
        "import posix; return int(posix.times()[4]) // 1000",
        "import time; return time.tzname",
        "import time; return time.mktime((2020, 1, 1, 0, 0, 0, 0, 0, 0))",
        "import datetime; return datetime.datetime.now().year",
        "import datetime; return datetime.datetime.utcnow().month",
        "import datetime; return datetime.datetime.now(datetime.timezone.utc).weekday()",
        "import datetime; return datetime.datetime.today().isoformat()[:10]",
        "import datetime; return str(datetime.date.today())",
        "from datetime import datetime as d; return d.fromtimestamp(0).isoformat()",
        "import pandas; return pandas.Timestamp.now().year",
        "import logging; return logging.LogRecord('', 0, '', 0, '', (), None).created // 10**6",
        HOST_NAME,
        "import os; return os.getcwd()",
        "import os; return os.path.abspath('index/a')",
        "import tempfile; return tempfile.gettempdir()",
        "import os; return os.path.expanduser('~/a')",
        "import time; a = time.process_time(); sum(range(9999)); return time.process_time() - a",
        "import random; return random.random()",
        "import random; return random.Random().random()",
        "import numpy; return float(numpy.random.rand())",
        "import numpy; return float(numpy.random.default_rng().random())",
        "import os; return list(os.urandom(8))",
        "import uuid; return str(uuid.uuid4())",
        "return hash('text')",
        "return list({'alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'})",
        "return id(object())",
        "return repr(object())",
        "return [hash(o) for o in [object(), object()]]",
        "return sorted(range(20), key=lambda n: hash(str(n)))",
    ],
)
async def test_it_finds(sandbox: Sandbox, body: str) -> None:
    """A program whose value depends on clock, zone, hash, address or chance differs."""
    skip_without_namespaces(sandbox, body)
    source = "import warnings\nwarnings.simplefilter('ignore')\ndef f():\n    " + body
    (one,), (other,) = await both(sandbox, source)
    assert isinstance(one, Returned), one
    assert isinstance(other, Returned), other
    assert one.value != other.value


async def test_it_finds_the_order_of_objects_in_a_set(sandbox: Sandbox) -> None:
    """Small sets of objects are ordered by low bits of addresses, which a moved heap keeps."""
    source = """
class Node:
    def __init__(self, n): self.n = n
def f(): return [node.n for node in set(Node(n) for n in range(50))]
"""
    (one,), (other,) = await both(sandbox, source)
    assert isinstance(one, Returned)
    assert isinstance(other, Returned)
    assert one.value != other.value


async def test_it_finds_what_is_remembered_between_calls(sandbox: Sandbox) -> None:
    """Computed alone, a later call no longer sees what the earlier one left."""
    source = "seen = []\ndef f():\n    seen.append(0)\n    return len(seen)"
    together, alone = await both(sandbox, source, calls=2)
    assert [o.value for o in together if isinstance(o, Returned)] == [1, 2]
    assert [o.value for o in alone if isinstance(o, Returned)] == [1, 1]


@pytest.mark.parametrize(
    "body",
    [
        "import time; return int(time.time()) // 86400",
        "import datetime; return datetime.datetime.now().year",
        "import time; return time.tzname",
        "return hash('text')",
        "return repr(object())",
        "import os; return os.getcwd()",
        HOST_NAME,
    ],
)
async def test_the_twins_differ_from_each_other(sandbox: Sandbox, body: str) -> None:
    """Calls made alone take turns between two of them: a chance of one half becomes a quarter."""
    skip_without_namespaces(sandbox, body)
    outcomes = [
        *await sandbox.run(Program("def f():\n    " + body), [Call("f", {})]),
        *await sandbox.run(
            Program("def f():\n    " + body), [Call("f", {})] * 4, twin=True, alone=True
        ),
    ]
    one, first, second, _, fourth = [o.value for o in outcomes if isinstance(o, Returned)]
    assert one != first
    assert one != second != first
    if "object" not in body:
        assert fourth == second


async def test_outcomes_of_calls_in_twins_keep_their_order(sandbox: Sandbox) -> None:
    """Whichever of the twins is asked first."""
    calls = [Call("f", {"n": number}) for number in range(5)]
    program = Program("def f(n):\n    return n")
    outcomes = await sandbox.run(program, calls, twin=True, alone=True)
    assert [o.value for o in outcomes if isinstance(o, Returned)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "body",
    [
        "import random; return random.Random(3).random()",
        "import numpy; return numpy.random.default_rng(3).integers(9, size=3).tolist()",
        "import datetime as d; return repr(d.datetime(2020, 1, 31) + d.timedelta(days=1))",
        "import datetime; d = datetime.datetime; return [isinstance(d.now(), d), d.__name__]",
        "import datetime; return datetime.datetime.strptime('2020-02-03', '%Y-%m-%d').isoformat()",
        "import datetime; return datetime.datetime.fromtimestamp(0, datetime.timezone.utc).hour",
        "import time; return [time.gmtime(0).tm_year, time.strftime('%Y', time.gmtime(0))]",
        "import time\n    class A: now = time.time\n    return A().now() > 0",
        "import time; a = time.time(); return 0 <= time.time() - a < 5",
        "import datetime; return type(datetime.datetime.now() - datetime.datetime.now()).__name__",
        "import pandas; return str(pandas.Timestamp('2020-01-01').date())",
        "return sorted({'alpha', 'beta', 'gamma'})",
        "return {1, 5, 3} == {3, 5, 1}",
        "import sys; return [sys.argv, sys.orig_argv, __file__]",
        "import os; return [type(os.times()).__name__, os.times().user < 9, len(os.times())]",
        "open('x', 'w').write('a'); return open('x').read()",
        USUAL_TMP,
        PROCESS,
    ],
)
async def test_it_spares(sandbox: Sandbox, body: str) -> None:
    """A sound program has the same value in both, also one that works with dates."""
    skip_without_namespaces(sandbox, body)
    if body == USUAL_TMP and Path(sys.prefix).is_relative_to("/tmp"):
        pytest.skip("the interpreter lies below /tmp: programs have another folder, and no /tmp")
    (one,), (other,) = await both(sandbox, "def f():\n    " + body)
    assert isinstance(one, Returned), one
    assert isinstance(other, Returned), other
    assert one.json == other.json
