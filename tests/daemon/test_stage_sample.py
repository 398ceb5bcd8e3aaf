"""Sample: seeded distinct draws, pairs that hold anywhere and anytime, and why there are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from codeiod.items import Program, Reason, Stage, draw_seed
from codeiod.stages.sample import Sampled, sample
from codeiod.stages.work import Rejected
from codeiod.testing import FakeSandbox
from codeiod_sandbox import (
    Call,
    Died,
    LoadFailed,
    NotJson,
    Outcome,
    OverMemory,
    OverOutput,
    Raised,
    Returned,
    Sandbox,
    TimedOut,
)
from codeiod_sandbox import (
    Program as Source,
)

MakeProgram = Callable[..., Program]
real = pytest.mark.asyncio(loop_scope="module")

PLAIN = "def main_solution(n):\n    return 3 * n + 1\n"


def returned(value: Any) -> Returned:
    return Returned(json.dumps(value), value, 0.0)


class Scripted(FakeSandbox):
    """A sandbox that follows scripts for draws, first results and their repetition; and counts."""

    def __init__(
        self,
        draw: Callable[[int], Outcome] | None = None,
        solve: Callable[[Any], Outcome] | None = None,
        again: Callable[[Any], Outcome] | None = None,
    ) -> None:
        super().__init__(self._script)
        self.seeds: list[int] = []
        self.rounds: list[int] = []
        self.twins: list[bool] = []
        self._draw, self._solve, self._again = draw, solve, again

    async def run(
        self, program: Source, calls: Any, *, twin: bool = False, alone: bool = False
    ) -> list[Outcome]:
        if calls[0].function == "input_generator":
            self.rounds.append(len(calls))
        else:
            self.twins.append(twin)
            assert alone == (twin or len(self.twins) == 3)
        return await super().run(program, calls, twin=twin, alone=alone)

    def _script(self, program: Source, call: Call, twin: bool, alone: bool) -> Outcome | None:
        if call.function == "input_generator":
            self.seeds.append(call.seed)
            return self._draw(len(self.seeds) - 1) if self._draw else None
        solve = self._again if twin and self._again else self._solve
        return solve(call.arguments["n"]) if solve else None


async def sampled(open_work: Any, program: Program, sandbox: Any, *assignments: str) -> Sampled:
    async with open_work(*assignments, sandbox=sandbox) as work:
        found: Sampled = await sample(work, program)
        return found


async def rejection(
    open_work: Any, program: Program, sandbox: Any, *assignments: str
) -> tuple[Reason, str]:
    with pytest.raises(Rejected) as caught:
        await sampled(open_work, program, sandbox, *assignments)
    assert caught.value.stage is Stage.SAMPLE
    return caught.value.reason, caught.value.detail


def test_the_seed_of_a_draw() -> None:
    """It hangs on the setting, the item and the number of the draw, on nothing else."""
    seeds = [draw_seed(s, item, i) for s in (0, 1) for item in ("a", "b") for i in (0, 1)]
    assert len(set(seeds)) == 8
    assert seeds == [draw_seed(s, item, i) for s in (0, 1) for item in ("a", "b") for i in (0, 1)]
    assert all(0 <= seed < 2**64 for seed in seeds)
    assert max(seeds) > 2**60


async def test_pairs_are_distinct_and_keep_their_seed(open_work: Any, program: MakeProgram) -> None:
    """Each draw's seed is derived, and goes into the pair that came of it."""
    sandbox = Scripted()
    found = await sampled(open_work, program(PLAIN), sandbox)
    assert sandbox.seeds == [draw_seed(0, "aa", i) for i in range(10)]
    assert [pair.seed for pair in found.pairs] == sandbox.seeds
    for pair in found.pairs:
        assert json.loads(pair.output) == 3 * json.loads(pair.input)["n"] + 1
    assert sandbox.twins == [False, True]


async def test_it_is_journalled(open_work: Any, program: MakeProgram) -> None:
    """After a restart nothing is drawn again, and the pairs are the same."""
    first = await sampled(open_work, program(PLAIN), FakeSandbox())

    def nothing(*_: object) -> Outcome:
        raise AssertionError("run again")

    assert await sampled(open_work, program(PLAIN), FakeSandbox(nothing)) == first


async def test_a_rejection_is_journalled_too(open_work: Any, program: MakeProgram) -> None:
    """A program that gives no pairs is not run again after a restart either."""
    failing = Scripted(solve=lambda _: Raised("KeyError", "'x'", 3))
    first = await rejection(open_work, program(PLAIN), failing)
    assert await rejection(open_work, program(PLAIN), FakeSandbox()) == first


async def test_repeated_inputs_are_drawn_over(open_work: Any, program: MakeProgram) -> None:
    """Draws go on in rounds until there are enough distinct inputs, key order aside."""
    values = [{"n": 1, "m": 2}, {"m": 2, "n": 1}, {"n": 2, "m": 2}]
    sandbox = Scripted(draw=lambda i: returned(values[i] if i < 3 else {"n": min(i, 14), "m": 2}))
    found = await sampled(open_work, program(PLAIN), sandbox, "sample.pairs=12")
    inputs = [json.loads(pair.input)["n"] for pair in found.pairs]
    assert inputs == [1, 2, *range(3, 13)]
    assert sandbox.rounds == [12, 10]


async def test_draws_end(open_work: Any, program: MakeProgram) -> None:
    """With too few distinct inputs to be had, sample.draws are made and what there is is taken."""
    sandbox = Scripted(draw=lambda i: returned({"n": i % 3}))
    found = await sampled(open_work, program(PLAIN), sandbox, "sample.draws=35")
    assert len(found.pairs) == 3
    assert sandbox.rounds == [10, 10, 10, 5]


async def test_one_input_is_too_few(open_work: Any, program: MakeProgram) -> None:
    """A generator that always gives the same leaves one pair: too few."""
    sandbox = Scripted(draw=lambda _: returned({"n": 1}))
    reason, _ = await rejection(open_work, program(PLAIN), sandbox)
    assert reason is Reason.TOO_FEW_PAIRS


async def test_two_timeouts_end_drawing(open_work: Any, program: MakeProgram) -> None:
    """A generator that ran out of time twice is not asked for another round."""
    sandbox = Scripted(draw=lambda _: TimedOut("cpu"))
    reason, detail = await rejection(open_work, program(PLAIN), sandbox)
    assert (reason, detail) == (Reason.TIMEOUT, "input generator: cpu time limit")
    assert sandbox.rounds == [10]


async def test_a_program_that_does_not_load_is_not_drawn_from_again(
    open_work: Any, program: MakeProgram
) -> None:
    """What fails to load fails for every draw."""
    sandbox = Scripted(draw=lambda _: LoadFailed("ModuleNotFoundError", "No module 'x'", 1))
    reason, detail = await rejection(open_work, program(PLAIN), sandbox)
    assert reason is Reason.LOAD_ERROR
    assert "ModuleNotFoundError: No module 'x' (line 1)" in detail
    assert sandbox.rounds == [10]


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Raised("ValueError", "no", 2), Reason.ERROR),
        (Raised("MemoryError", "", 2), Reason.TOO_BIG),
        (TimedOut("wall"), Reason.TIMEOUT),
        (OverMemory(), Reason.TOO_BIG),
        (OverOutput(), Reason.TOO_BIG),
        (NotJson("a set"), Reason.NOT_JSON),
        (Died("SIGSEGV"), Reason.ERROR),
        (LoadFailed("SyntaxError", "no", 1), Reason.LOAD_ERROR),
        (returned("x" * 100), Reason.TOO_BIG),
        (returned([[[[[[[[[1]]]]]]]]]), Reason.TOO_DEEP),
    ],
    ids=repr,
)
async def test_the_reason_of_a_program_without_pairs(
    open_work: Any, program: MakeProgram, outcome: Outcome, reason: Reason
) -> None:
    """What the program did names the reason; the same of the generator is told apart."""
    found, detail = await rejection(open_work, program(PLAIN), Scripted(solve=lambda _: outcome))
    assert found is reason
    assert detail
    assert "generator" not in detail


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Raised("ValueError", "no", 2), Reason.ERROR),
        (NotJson("a set"), Reason.NOT_JSON),
        (returned([1]), Reason.NOT_JSON),
        (returned({"n": "x" * 100}), Reason.TOO_BIG),
        (returned({"n": [[[[[[[[1]]]]]]]]}), Reason.TOO_DEEP),
    ],
    ids=repr,
)
async def test_the_reason_of_a_generator_without_inputs(
    open_work: Any, program: MakeProgram, outcome: Outcome, reason: Reason
) -> None:
    """Limits hold on the side of the inputs too, and the detail says whose fault it is."""
    sandbox = Scripted(draw=lambda _: outcome)
    found, detail = await rejection(open_work, program(PLAIN), sandbox)
    assert found is reason
    assert detail.startswith("input")


async def test_a_bad_call_costs_its_pair_alone(open_work: Any, program: MakeProgram) -> None:
    """Two good pairs are enough; with fewer, the most frequent reason is given."""
    sandbox = Scripted(
        draw=lambda i: returned({"n": i}),
        solve=lambda n: returned(n) if n < 2 else Raised("ValueError", str(n), 2),
    )
    found = await sampled(open_work, program(PLAIN), sandbox)
    assert [pair.output for pair in found.pairs] == ["0", "1"]


async def test_the_most_frequent_reason_is_given(open_work: Any, program: MakeProgram) -> None:
    """With its first detail."""

    def solve(n: int) -> Outcome:
        return TimedOut("cpu") if n == 0 else OverMemory() if n < 4 else Raised("E", str(n), 2)

    sandbox = Scripted(draw=lambda i: returned({"n": i}), solve=solve)
    reason, detail = await rejection(open_work, program(PLAIN), sandbox)
    assert (reason, detail) == (Reason.ERROR, "E: 4 (line 2)")


async def test_trivial(open_work: Any, program: MakeProgram) -> None:
    """One output over three pairs or more is trivial: rejected, or marked where that is set."""
    constant = {"solve": lambda _: returned([0])}
    reason, detail = await rejection(open_work, program(PLAIN), Scripted(**constant))
    assert (reason, detail) == (Reason.TRIVIAL, "every output is [0]")


async def test_trivial_may_be_marked(open_work: Any, program: MakeProgram) -> None:
    """sample.trivial=mark keeps it, marked."""
    sandbox = Scripted(solve=lambda _: returned([0]))
    found = await sampled(open_work, program(PLAIN), sandbox, "sample.trivial=mark")
    assert found.trivial
    assert len(found.pairs) == 10


async def test_two_equal_outputs_are_not_trivial(open_work: Any, program: MakeProgram) -> None:
    """Two pairs say too little."""
    sandbox = Scripted(draw=lambda i: returned({"n": i % 2}), solve=lambda _: returned(0))
    found = await sampled(open_work, program(PLAIN), sandbox)
    assert len(found.pairs) == 2
    assert not found.trivial


async def test_a_difference_in_one_pair_condemns_the_program(
    open_work: Any, program: MakeProgram
) -> None:
    """What differed once may agree by chance elsewhere: nothing of such a program is kept."""
    sandbox = Scripted(
        draw=lambda i: returned({"n": i}),
        solve=returned,
        again=lambda n: returned(n + (n == 5)),
    )
    reason, detail = await rejection(open_work, program(PLAIN), sandbox)
    assert reason is Reason.NONDETERMINISTIC
    assert detail == 'for {"n": 5} once 5, once 6'


async def test_equal_and_same_are_not_one(open_work: Any, program: MakeProgram) -> None:
    """1 and 1.0 and true are different results: canonical JSON decides."""
    sandbox = Scripted(solve=lambda _: returned(1), again=lambda _: returned(1.0))
    reason, _ = await rejection(open_work, program(PLAIN), sandbox)
    assert reason is Reason.NONDETERMINISTIC


async def test_a_timeout_of_the_twin_costs_its_pair_alone(
    open_work: Any, program: MakeProgram
) -> None:
    """Running out of time or memory when computed again is no other result."""
    sandbox = Scripted(
        draw=lambda i: returned({"n": i}),
        solve=returned,
        again=lambda n: TimedOut("wall") if n == 5 else returned(n),
    )
    found = await sampled(open_work, program(PLAIN), sandbox)
    assert [pair.output for pair in found.pairs] == [str(n) for n in range(10) if n != 5]


@pytest.mark.parametrize("names_random", [True, False])
async def test_a_result_that_agrees_with_the_twin_once_by_chance(
    open_work: Any, program: MakeProgram, names_random: bool
) -> None:
    """A program that names random numbers, and no other, is computed again with other seeds."""
    results = [1, 0, 0]
    sandbox = Scripted(
        draw=lambda i: returned({"n": i}),
        solve=lambda n: returned(n or 1),
        again=lambda n: returned(n or results[len(sandbox.twins) - 2]),
    )
    refcode = ("import random\n" if names_random else "") + PLAIN
    if names_random:
        reason, detail = await rejection(open_work, program(refcode), sandbox)
        assert (reason, detail) == (Reason.NONDETERMINISTIC, 'for {"n": 0} once 1, once 0')
    else:
        assert len((await sampled(open_work, program(refcode), sandbox)).pairs) == 10


RANDOM = "import random\ndef main_solution(n):\n    return random.SystemRandom().random()\n"
GLOBAL_RANDOM = "import random\nR = random.Random()\ndef main_solution(n):\n    return R.random()\n"
CLOCK = "import time\ndef main_solution(n):\n    return [n, int(time.time() // 86400)]\n"
TODAY = "import datetime\ndef main_solution(n):\n    return datetime.date.today().year - n\n"
HASHES = 'def main_solution(n):\n    return list({"a", "b", "c", "d", str(n)})\n'
ADDRESS = "def main_solution(n):\n    return id(object()) + n\n"
ZONE = "import time\ndef main_solution(n):\n    return time.localtime(n).tm_hour\n"


@real
@pytest.mark.parametrize(
    "refcode", [RANDOM, GLOBAL_RANDOM, CLOCK, TODAY, HASHES, ADDRESS, ZONE],
    ids=["random", "global random", "clock", "today", "hashes", "address", "time zone"],
)  # fmt: skip
async def test_what_hangs_on_chance_is_rejected(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox, refcode: str
) -> None:
    """Chance, clock, date, hash seed, memory layout, time zone: each makes it nondeterministic."""
    reason, detail = await rejection(open_work, program(refcode), real_sandbox)
    assert reason is Reason.NONDETERMINISTIC
    assert detail.startswith('for {"n": ')


COUNTING = """\
SEEN = []
def main_solution(n):
    SEEN.append(n)
    return [n, len(SEEN)]
"""
MEMO = """\
MEMO = {0: 0}
def main_solution(n):
    if n not in MEMO:
        MEMO[n] = 3 * n
    return MEMO[n]
"""
CHANGING = "def main_solution(n):\n    n.append(len(n))\n    return n\n"
SEEDED = "import random\ndef main_solution(n):\n    return random.Random(n).randrange(10 ** 30)\n"
NUMBERS = "def main_solution(n):\n    return {'b': n, 'a': 10 ** 40, 'f': n / 7}\n"
GLOBAL_SEED = "import random\ndef main_solution(n):\n    return [n, random.randrange(10)]\n"


@real
async def test_a_program_that_remembers_is_kept(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox
) -> None:
    """One whose results hang on earlier calls is kept with what it gives alone."""
    found = await sampled(open_work, program(COUNTING), real_sandbox)
    for pair in found.pairs:
        assert json.loads(pair.output) == [json.loads(pair.input)["n"], 1]


@real
@pytest.mark.parametrize(
    ("refcode", "drawn"),
    [
        (MEMO, "random.randrange(1000)"),
        (SEEDED, "random.randrange(1000)"),
        (CHANGING, "[random.randrange(9) for _ in range(random.randrange(5))]"),
        ("def main_solution(n):\n    return sorted({1, 2, n})\n", "random.randrange(1000)"),
        (NUMBERS, "random.random()"),
    ],
    ids=["memo", "seeded", "changes its input", "sorted set", "numbers"],
)  # fmt: skip
async def test_deterministic_programs_are_kept(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox, refcode: str, drawn: str
) -> None:
    """And each recorded input, given to the program afresh, gives the recorded output."""
    found = await sampled(open_work, program(refcode, drawn), real_sandbox)
    assert len(found.pairs) >= 5
    for pair in found.pairs:
        names: dict[str, Any] = {}
        exec(refcode, names)
        assert names["main_solution"](**json.loads(pair.input)) == json.loads(pair.output)


@real
async def test_the_same_seed_draws_the_same(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox
) -> None:
    """The pairs of an item are a function of the seed and the item."""
    async with open_work(sandbox=real_sandbox) as work:
        first = await sample(work, program(PLAIN))
        work.steps.journal.state.pending[work.item.item_id].steps.clear()
        assert await sample(work, program(PLAIN)) == first
        work.steps.journal.state.pending[work.item.item_id].steps.clear()
        other = await sample(work, program(PLAIN, item_id="bb"))
    assert {p.input for p in other.pairs} != {p.input for p in first.pairs}


@real
@pytest.mark.parametrize(
    ("refcode", "drawn", "reason"),
    [
        ("def main_solution(n):\n    while True: pass\n", "random.random()", Reason.TIMEOUT),
        (PLAIN, "[0 for _ in iter(int, 1)]", Reason.TIMEOUT),
        (PLAIN, "{1, 2}", Reason.NOT_JSON),
        (PLAIN, "float('nan')", Reason.NOT_JSON),
        (PLAIN, "1 / 0", Reason.ERROR),
        ("def main_solution(n):\n    return 10 ** 5000\n", "random.random()", Reason.NOT_JSON),
        ("def main_solution(n):\n    return '\\ud800'\n", "random.random()", Reason.NOT_JSON),
        ("def main_solution(n):\n    raise KeyError('\\ud800')\n", "random.random()", Reason.ERROR),
        ("def main_solution(m):\n    return m\n", "random.random()", Reason.ERROR),
        ("import no_such_module\n" + PLAIN, "random.random()", Reason.LOAD_ERROR),
        ("def main_solution(n):\n    return {n: 1}\n", "random.random()", Reason.NOT_JSON),
    ],
)
async def test_reasons_with_the_real_sandbox(
    open_work: Any,
    program: MakeProgram,
    real_sandbox: Sandbox,
    refcode: str,
    drawn: str,
    reason: Reason,
) -> None:
    """What really happens in the sandbox comes out under the right name, and can be journalled."""
    found, _ = await rejection(open_work, program(refcode, drawn), real_sandbox)
    assert found is reason


@real
async def test_the_global_random_state_is_seeded_alike(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox
) -> None:
    """A program that draws from the global generator hangs on a seed that no reader knows."""
    reason, _ = await rejection(open_work, program(GLOBAL_SEED), real_sandbox)
    assert reason is Reason.NONDETERMINISTIC


def test_a_journalled_sample_is_read_back() -> None:
    """From the fields that the journal holds."""
    stored = {"pairs": [], "trivial": True, "reason": "", "detail": ""}
    assert Sampled.load(stored) == Sampled(trivial=True)
