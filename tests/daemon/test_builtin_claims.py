"""Every value that the built-in teacher claims is in the trace: all claims of a whole run.

The daemon runs over some of the examples, programs of all kinds that a rationale tells differently,
and its rationales are checked anew, against traces made here.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from codeiod.stages import testimony
from codeiod.stages.claim_reading import Claim, find_claims
from codeiod.stages.claims import CHECK_LIMITS, Agreement, check_claims
from codeiod_sandbox import Call, Program, Sandbox
from codeiod_sandbox.traces import Trace

from .warm import WARM

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SOURCES = (
    "algorithms/bin_packing.py",
    "algorithms/change_making.py",
    "algorithms/increasing_subsequence.py",
    "algorithms/inversions.py",
    "algorithms/shunting_yard.py",
    "models/bank_account.py",
    "models/lru_cache.py",
    "models/stack_machine.py",
    "simulations/cellular_automaton.py",
    "simulations/elevator.py",
    "text/number_words.py",
    "text/run_length.py",
)
pytestmark = pytest.mark.asyncio(loop_scope="module")

OPTIONS = ("--teacher", "builtin", "--set", "sandbox.minimum_level=1")
BOUND_SECONDS = 60
ITEMS_AT_LEAST = 8
"""That become programs."""
CLAIMS_OF_A_RATIONALE = 8
"""On average, at least: fewer would mean that the reader no longer finds them."""
PLANTED_IN_EACH = 3
NAMED_AT_LEAST = 0.75
"""Of planted values: the others stand where the trace does not tell the name whole."""
CONFIRMED_AT_LEAST = 0.99
"""Of all claims: the trace shows that very value; the others it can neither confirm nor deny."""
WRONG = "-987654"


@dataclass(frozen=True, slots=True)
class Told:
    """A rationale with the trace of the run that it is about."""

    sample: dict[str, Any]
    text: str
    trace: Trace
    answered: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Finished:
    """The lines of a run that came to its end."""

    samples: list[dict[str, Any]]
    programs: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Run the daemon over the examples."""
    out = tmp_path_factory.mktemp("claims") / "out"
    sources = [str(EXAMPLES / name) for name in SOURCES]
    command = ("run", *sources, "--out", str(out), *OPTIONS)
    done = WARM.run(command, out.parent, BOUND_SECONDS)
    assert done.returncode == 0, done.stderr
    programs = {program["id"]: program for program in lines(out, "programs")}
    return Finished(lines(out, "samples"), programs)


def lines(directory: Path, kind: str) -> list[dict[str, Any]]:
    text = (directory / "dataset" / kind / "part-00000.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


async def told_in(run: Finished, sandbox: Sandbox) -> list[Told]:
    """Return all rationales of a run, each turn apart, where there is a run to check against."""
    found = []
    for sample in run.samples:
        program = run.programs[sample["program_id"]]
        is_output = sample["task"] == "output_prediction"
        known = json.loads(program["ios"])[sample["pair"]]["input"]
        for turn in ("1", "2"):
            if sample[f"status_{turn}"] in ("success", "mismatch"):
                given = known if is_output else json.loads(sample[f"answer_{turn}"])
                call = Call("main_solution", given)
                traced = await sandbox.trace(Program(program["refcode"]), call, CHECK_LIMITS)
                assert traced.trace is not None
                text = sample[f"turn_{turn}"]
                found.append(Told(sample, text, traced.trace, None if is_output else given))
    return found


async def test_all_claims_of_a_run_are_true(finished: Finished, real_sandbox: Sandbox) -> None:
    """As each sample records it, and as the checker finds it again; and there are many."""
    samples = finished.samples
    assert len({sample["item_id"] for sample in samples}) >= ITEMS_AT_LEAST
    for sample in samples:
        assert sample["trace_agreement"]["claims"] == sample["trace_agreement"]["true"], sample
    checked = dict.fromkeys((sample["id"] for sample in samples), 0)
    read = 0
    for told in await told_in(finished, real_sandbox):
        agreement = check_claims(told.text, told.trace, told.answered)
        assert agreement.first_divergence is None, told.text
        checked[told.sample["id"]] += agreement.checked
        read += len(claims_of(told))
    assert checked == {sample["id"]: sample["trace_agreement"]["claims"] for sample in samples}
    outputs = [sample for sample in samples if sample["task"] == "output_prediction"]
    assert len(outputs) >= 2 * ITEMS_AT_LEAST
    assert sum(checked.values()) >= CLAIMS_OF_A_RATIONALE * len(outputs)
    assert sum(checked.values()) >= CONFIRMED_AT_LEAST * read


async def test_a_false_value_in_a_rationale_is_found(
    finished: Finished, real_sandbox: Sandbox
) -> None:
    """No value that is planted is taken for true, and most are named: the test above can fail."""
    rng = random.Random(0)
    planted = named = 0
    for told in await told_in(finished, real_sandbox):
        known = testimony.Testimony(told.trace)
        claims = claims_of(told)
        true = check_claims(told.text, told.trace, told.answered).true
        for claim in rng.sample(claims, min(PLANTED_IN_EACH, len(claims))):
            found = check_claims(with_wrong(told.text, claim, known), told.trace)
            assert found.true < true, claim
            planted += 1
            named += names_it(found, claim)
    assert planted >= PLANTED_IN_EACH * ITEMS_AT_LEAST
    assert named >= NAMED_AT_LEAST * planted


def claims_of(told: Told) -> list[Claim]:
    """Return the claims of a rationale about an output; one about an input tells other runs too."""
    if told.answered is not None:
        return []
    known = testimony.Testimony(told.trace)
    return list(find_claims(told.text, known.names, known.functions))


def names_it(found: Agreement, claim: Claim) -> bool:
    """Tell whether the first divergence is the value that was planted."""
    divergence = found.first_divergence
    return divergence is not None and (divergence.target, divergence.claimed) == (
        claim.target,
        WRONG,
    )


def with_wrong(text: str, claim: Claim, known: testimony.Testimony) -> str:
    """Replace the value that is claimed; the same may stand before it, and be none of the claim."""
    after_target = claim.start + len(claim.target)
    for same in re.finditer(re.escape(claim.literal.text), text[after_target:]):
        start, end = (after_target + place for place in same.span())
        changed = text[:start] + WRONG + text[end:]
        read = find_claims(changed, known.names, known.functions)
        if any((one.start, one.literal.text) == (claim.start, WRONG) for one in read):
            return changed
    raise AssertionError(f"{claim} does not stand in the text")
