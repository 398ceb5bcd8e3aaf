"""Chance comes from the seed of each call: what was drawn once can be drawn again."""

import pytest

from codeiod_sandbox import Call, Program, Returned, Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

DRAWS = [
    "import random; return random.random()",
    "import random; random.seed(); return random.random()",
    "import random; return [random.Random().random() for _ in range(2)]",
    "import random; return random.Random(None).getrandbits(70)",
    "import random; r = random.Random(); r.seed(); return r.gauss(0, 1)",
    "from random import Random\n    class R(Random): pass\n    return R().random()",
    "import numpy; return float(numpy.random.rand())",
    "import numpy; return [float(numpy.random.default_rng().random()) for _ in range(2)]",
    "import numpy; return float(numpy.random.RandomState().rand())",
    "import numpy; return float(numpy.random.Generator(numpy.random.PCG64()).random())",
    "import numpy; return [int(n) for n in numpy.random.SeedSequence().generate_state(2)]",
]


async def drawn(sandbox: Sandbox, body: str, seeds: list[int], **how: bool) -> list[object]:
    calls = [Call("f", {}, seed=seed) for seed in seeds]
    outcomes = await sandbox.run(Program("def f():\n    " + body), calls, **how)
    for outcome in outcomes:
        assert isinstance(outcome, Returned), outcome
    return [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]


@pytest.mark.parametrize("body", DRAWS)
async def test_the_seed_decides(sandbox: Sandbox, body: str) -> None:
    """The same seed gives the same draw, in a process of its own too; another gives another."""
    first, other, again = await drawn(sandbox, body, [7, 8, 7])
    (alone,) = await drawn(sandbox, body, [7], alone=True)
    assert first == again == alone
    assert first != other


@pytest.mark.parametrize("body", DRAWS)
async def test_the_twin_draws_otherwise(sandbox: Sandbox, body: str) -> None:
    """So that a program whose value depends on chance is found out."""
    assert await drawn(sandbox, body, [7]) != await drawn(sandbox, body, [7], twin=True)


@pytest.mark.parametrize(
    "body",
    [
        "import random; return random.Random().random()",
        "import numpy; return float(numpy.random.default_rng().random())",
    ],
)
async def test_two_generators_are_two(sandbox: Sandbox, body: str) -> None:
    """Generators made without a seed one after the other do not repeat each other."""
    body = body.replace("return ", "return [") + " for _ in range(3)]"
    (values,) = await drawn(sandbox, body, [7])
    assert isinstance(values, list)
    assert len(set(values)) == 3


@pytest.mark.parametrize(
    "body",
    [
        "import random; return random.SystemRandom().random()",
        "import secrets; return secrets.randbits(64)",
        "import os; return list(os.urandom(8))",
    ],
)
async def test_the_system_has_its_own_chance(sandbox: Sandbox, body: str) -> None:
    """Nothing that is meant to be unpredictable becomes predictable."""
    first, again = await drawn(sandbox, body, [7, 7])
    assert first != again


async def test_a_seed_given_by_the_program_stays(sandbox: Sandbox) -> None:
    """A generator with a seed of its own draws what it draws everywhere."""
    body = "import random; random.seed(3); return [random.random(), random.Random(4).random()]"
    one, other = await drawn(sandbox, body, [7, 8])
    (twin,) = await drawn(sandbox, body, [7], twin=True)
    assert one == other == twin == [0.23796462709189137, 0.23604808973743452]
