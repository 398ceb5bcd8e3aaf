"""An item's whole life: unify with its repair turn, both turns of a sample, and every bad end."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from codeiod.dataset.committer import Finished
from codeiod.errors import DiskFailed
from codeiod.items import GaveUp, Reason, Task
from codeiod.synthesis import carry
from codeiod.teachers.asks import Ask, PredictAsk, ReviseAsk, UnifyAsk
from codeiod.testing import UNIFY_ANSWER, FakeSandbox, FakeTeacher
from codeiod_sandbox import Returned, SandboxError

Script = Callable[[Ask], str | GaveUp | None]
DECLINED = "NO PROGRAM: this file holds nothing but constants"
FAILED = GaveUp(Reason.TEACHER_FAILED, "failed 8 times")


def lines(some: tuple[bytes, ...]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in some]


class Listening(FakeTeacher):
    """A fake that keeps what it was asked."""

    def __init__(self, script: Script | None = None, **how: Any) -> None:
        super().__init__(script=self._listen, **how)
        self.asks: list[Ask] = []
        self._then = script

    def _listen(self, ask: Ask) -> str | GaveUp | None:
        self.asks.append(ask)
        return self._then(ask) if self._then else None


async def carried(
    open_work: Any, teacher: FakeTeacher, *assignments: str, **parts: Any
) -> Finished:
    async with open_work(*assignments, teacher=teacher, **parts) as work:
        return await carry(work)


async def test_an_item_becomes_samples(open_work: Any) -> None:
    """With everything in order: one program with its pairs, a sample for each instance."""
    teacher = Listening(right=(1.0, 1.0))
    done = await carried(open_work, teacher)
    assert done.outcome == "finished"
    assert not done.rejects
    (program,) = lines(done.programs)
    pairs = json.loads(program["ios"])
    assert len(pairs) == 10
    samples = lines(done.samples)
    assert [s["task"] for s in samples] == ["output_prediction"] * 3 + ["input_prediction"] * 3
    assert len({s["id"] for s in samples}) == 6
    asked = {ask.messages[0].content: ask for ask in teacher.asks[1:]}
    for sample in samples:
        assert sample["prompt"] in asked
        assert (sample["status_1"], sample["feedback_1"]) == ("success", "Success")
        assert (sample["turn_2"], sample["feedback_2"], sample["status_2"]) == ("", "", "")
        pair = pairs[sample["pair"]]
        wanted = "output" if sample["task"] == "output_prediction" else "input"
        assert json.loads(sample["answer_1"]) == pair[wanted]
    assert done.tally.samples[Task.INPUT_PREDICTION].right_1 == 3


@pytest.mark.parametrize("second", [0.0, 1.0])
async def test_both_turns_are_kept(open_work: Any, second: float) -> None:
    """A wrong first turn gets its feedback and a second one; all four parts are kept, in order."""
    teacher = Listening(right=(0.0, second))
    done = await carried(open_work, teacher)
    revisions = {a.messages[0].content: a for a in teacher.asks if isinstance(a, ReviseAsk)}
    samples = lines(done.samples)
    assert len(samples) == len(revisions) == 6
    for sample in samples:
        ask = revisions[sample["prompt"]]
        assert [(m.role, m.content) for m in ask.messages] == [
            ("user", sample["prompt"]),
            ("assistant", sample["turn_1"]),
            ("user", sample["feedback_1"]),
        ]
        assert sample["status_1"] == "mismatch"
        assert sample["feedback_1"] not in ("", "Success")
        assert sample["turn_2"]
        assert (sample["feedback_2"] == "Success") == (sample["status_2"] == "success")
        assert (sample["status_2"] == "success") == bool(second)
        assert sample["usage"] == {"input": 2, "cached": 0, "output": 2, "estimated": 0}
    for tally in done.tally.samples.values():
        assert (tally.total, tally.right_1, tally.right_2) == (3, 0, 3 * second)


async def test_pass_rate(open_work: Any) -> None:
    """Each sample tells how many of its question's kept samples were right at turn 1."""
    said = iter([*["{}"], FAILED, *[None] * 2])

    def script(ask: Ask) -> str | GaveUp | None:
        return next(said) if isinstance(ask, PredictAsk) else None

    teacher = Listening(script, right=(1.0, 1.0))
    done = await carried(
        open_work,
        teacher,
        "predict.samples=4",
        "predict.output_pairs=1",
        "predict.input_pairs=0",
        "revise.turns=0",
    )
    samples = lines(done.samples)
    assert [s["status_1"] for s in samples] == ["no_answer", "success", "success"]
    assert [s["pass_rate"] for s in samples] == [2 / 3] * 3


async def test_revision_may_be_left_out(open_work: Any) -> None:
    """revise.turns = 0 keeps the first turn with its feedback, and asks no second one."""
    teacher = Listening(right=(0.0, 1.0))
    done = await carried(open_work, teacher, "revise.turns=0")
    assert not [ask for ask in teacher.asks if isinstance(ask, ReviseAsk)]
    for sample in lines(done.samples):
        assert (sample["status_1"], sample["status_2"]) == ("mismatch", "")
        assert sample["feedback_1"]
        assert (sample["turn_2"], sample["feedback_2"]) == ("", "")


async def test_an_item_without_questions_is_finished(open_work: Any) -> None:
    """Where no instance is wanted the program alone is kept."""
    none = ("predict.output_pairs=0", "predict.input_pairs=0")
    done = await carried(open_work, FakeTeacher(), *none)
    assert done.outcome == "finished"
    assert (len(done.programs), len(done.samples)) == (1, 0)


async def test_a_trivial_program_is_marked(open_work: Any) -> None:
    """sample.trivial = mark says so in the program's metadata."""

    def zero(_: Any, call: Any, *__: bool) -> Returned | None:
        return Returned("0", 0, 0.0) if call.function == "main_solution" else None

    parts = {"sandbox": FakeSandbox(zero)}
    done = await carried(open_work, FakeTeacher(), "sample.trivial=mark", **parts)
    (program,) = lines(done.programs)
    assert json.loads(program["meta"])["trivial"] == "true"


def unify_by(*answers: str | GaveUp) -> Script:
    """Answer unify asks one after the other, all others as always."""
    left = list(answers)
    return lambda ask: left.pop(0) if isinstance(ask, UnifyAsk) else None


async def test_one_repair_turn_with_the_reason(open_work: Any) -> None:
    """An answer that can't be read goes back once with why; then the item goes on."""
    teacher = Listening(unify_by("no sections at all", UNIFY_ANSWER))
    done = await carried(open_work, teacher)
    assert done.outcome == "finished"
    first, second = teacher.asks[:2]
    assert second.messages[:1] == first.messages
    assert [m.role for m in second.messages] == ["user", "assistant", "user"]
    assert second.messages[1].content == "no sections at all"
    assert "Main Function" in second.messages[2].content


@pytest.mark.parametrize(
    ("assignments", "answers", "asks"),
    [
        ((), ("one", "two"), 2),
        (("unify.attempts=1",), ("one",), 1),
        ((), (DECLINED,), 1),
        ((), ("one", DECLINED), 2),
    ],
)
async def test_what_can_not_be_read_is_rejected(
    open_work: Any, assignments: tuple[str, ...], answers: tuple[str, ...], asks: int
) -> None:
    """After the repair turn, or at once where the teacher says that there is no program."""
    teacher = Listening(unify_by(*answers))
    done = await carried(open_work, teacher, *assignments)
    (reject,) = lines(done.rejects)
    assert (done.outcome, reject["reason"], reject["stage"]) == (
        "unparsable",
        "unparsable",
        "unify",
    )
    assert (reject["task"], reject["pair"], reject["sample"]) == ("", -1, -1)
    assert len(teacher.asks) == asks
    if DECLINED in answers:
        assert reject["detail"] == "this file holds nothing but constants"
    else:
        assert f"The answer begins: {answers[-1]!r}" in reject["detail"]


@pytest.mark.parametrize("answers", [(FAILED,), ("one", FAILED)])
async def test_unify_given_up_rejects_the_item(open_work: Any, answers: Any) -> None:
    """A request that failed for good on unify rejects the item with its reason."""
    done = await carried(open_work, FakeTeacher(script=unify_by(*answers)))
    (reject,) = lines(done.rejects)
    assert (reject["reason"], reject["stage"]) == ("teacher_failed", "unify")
    assert reject["detail"] == "failed 8 times"


async def test_a_sample_given_up_is_rejected_alone(open_work: Any) -> None:
    """Later it rejects the sample, by task, pair and number; the item finishes with the rest."""
    filtered = GaveUp(Reason.CONTENT_FILTER, "filtered")

    def script(ask: Ask) -> GaveUp | None:
        outputs = isinstance(ask, PredictAsk) and ask.task is Task.OUTPUT_PREDICTION
        return filtered if outputs else FAILED if isinstance(ask, ReviseAsk) else None

    def but_one(ask: Ask) -> str | GaveUp | None:
        if isinstance(ask, PredictAsk) and ask.task is Task.INPUT_PREDICTION and not wrong:
            wrong.append(ask.known)
            return "no answer"
        return script(ask)

    wrong: list[str] = []
    done = await carried(open_work, FakeTeacher(right=(1.0, 1.0), script=but_one))
    assert done.outcome == "finished"
    assert len(done.samples) == 2
    rejects = lines(done.rejects)
    assert [(r["stage"], r["reason"], r["task"]) for r in rejects] == [
        ("predict", "content_filter", "output_prediction"),
        ("predict", "content_filter", "output_prediction"),
        ("predict", "content_filter", "output_prediction"),
        ("revise", "teacher_failed", "input_prediction"),
    ]
    assert all(r["pair"] >= 0 and r["sample"] == 0 for r in rejects)
    assert done.tally.rejected_samples == {"content_filter": 3, "teacher_failed": 1}


async def test_with_no_sample_left_the_item_is_rejected(open_work: Any) -> None:
    """Its samples' lines stay, and its own says no_samples."""
    teacher = FakeTeacher(script=lambda a: FAILED if isinstance(a, PredictAsk) else None)
    done = await carried(open_work, teacher)
    assert done.outcome == "no_samples"
    assert not done.samples
    assert not done.programs
    assert [r["reason"] for r in lines(done.rejects)] == ["teacher_failed"] * 6 + ["no_samples"]
    assert done.tally.rejected_samples == {"teacher_failed": 6}


def broken(*_: Any) -> None:
    raise RuntimeError("our own mistake")


@pytest.mark.parametrize("where", ["unify", "sample", "predict", "verify"])
async def test_an_unexpected_exception_is_a_fault(open_work: Any, where: str) -> None:
    """It never leaves its item; the traceback is in the detail."""

    def teacher(ask: Ask) -> str | None:
        if where == ("unify" if isinstance(ask, UnifyAsk) else "predict"):
            broken()
        return '{"input": {"n": 5}}' if where == "verify" and isinstance(ask, PredictAsk) else None

    def sandbox(_: Any, call: Any, *__: bool) -> None:
        if where == "sample" or (where == "verify" and call.arguments == {"n": 5}):
            broken()

    done = await carried(open_work, FakeTeacher(script=teacher), sandbox=FakeSandbox(sandbox))
    (reject,) = lines(done.rejects)
    assert (done.outcome, reject["reason"]) == ("fault", "fault")
    assert "Traceback" in reject["detail"]
    assert "RuntimeError: our own mistake" in reject["detail"]


@pytest.mark.looptime
async def test_a_sandbox_that_fails_is_our_fault(open_work: Any) -> None:
    """Never a verdict, and never shown to the teacher."""

    def fails(_: Any, call: Any, *__: bool) -> None:
        if call.arguments == {"n": 5}:
            raise SandboxError("no zygote")

    guess = Listening(lambda a: None if isinstance(a, UnifyAsk) else '{"input": {"n": 5}}')
    settings = ("predict.output_pairs=0", "predict.input_pairs=1")
    done = await carried(open_work, guess, *settings, sandbox=FakeSandbox(fails))
    assert done.outcome == "fault"
    assert not [ask for ask in guess.asks if isinstance(ask, ReviseAsk)]


async def test_the_disk_is_no_fault_of_an_item(open_work: Any) -> None:
    """An error that the operator has to mend goes up as itself, from any depth."""

    def script(ask: Ask) -> None:
        if isinstance(ask, PredictAsk):
            raise DiskFailed("gone")

    with pytest.raises(DiskFailed, match="gone"):
        await carried(open_work, FakeTeacher(script=script))


@pytest.mark.parametrize("key", ["unify/1", "sample", "out/0/0/1", "in/0/0/1/verdict"])
async def test_what_was_computed_from_something_else_is_changed(open_work: Any, key: str) -> None:
    """A journalled value of another origin is not used, nor paid again: the item is set aside."""
    await carried(open_work, FakeTeacher(right=(1.0, 1.0)))
    teacher = Listening(right=(1.0, 1.0))
    async with open_work(teacher=teacher) as work:
        work.steps.journal.state.pending[work.item.item_id].steps[key].of = "something else"
        done = await carry(work)
    (reject,) = lines(done.rejects)
    assert (done.outcome, reject["reason"]) == ("changed", "changed")
    assert key in reject["detail"]
    assert not teacher.asks


async def test_resuming_asks_nothing_again(open_work: Any) -> None:
    """Over the journal of an item at its end the same lines come out, and nothing is asked."""
    first = await carried(open_work, FakeTeacher(right=(0.5, 0.5)))
    teacher = Listening()
    again = await carried(open_work, teacher)
    assert not teacher.asks

    def timeless(done: Finished) -> list[dict[str, Any]]:
        return [{**line, "finished_at": ""} for line in lines(done.samples)]

    assert timeless(again) == timeless(first)
    assert dataclasses.replace(again, samples=()) == dataclasses.replace(first, samples=())
