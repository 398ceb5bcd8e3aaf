"""Predict: which pairs are asked, and prompts that hold the known side and nothing of the other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.items import Answer, Instance, Pair, Program, Task, canonical
from codeiod.stages.predict import ask_for, choose, predict
from codeiod.testing import FakeTeacher

OUT, IN = Task.OUTPUT_PREDICTION, Task.INPUT_PREDICTION
MakeProgram = Callable[..., Program]


def pairs_with(*outputs: Any) -> list[Pair]:
    return [Pair(f'{{"n": {i}}}', json.dumps(out), i) for i, out in enumerate(outputs)]


def chosen(
    pairs: list[Pair], task: Task, outs: int = 3, ins: int = 3, samples: int = 1
) -> list[int]:
    return [i.pair for i in choose(pairs, outs, ins, samples) if i.task is task]


def test_new_outputs_come_first() -> None:
    """Pairs whose output is new are asked before pairs that repeat one."""
    pairs = pairs_with(0, 0, 0, 1, 0, 2)
    assert chosen(pairs, OUT) == [0, 3, 5]
    assert chosen(pairs, OUT, outs=5) == [0, 3, 5, 1, 2]


def test_few_outputs_make_fewer_input_instances() -> None:
    """An output is asked for an input once alone: with two outputs there are two instances."""
    pairs = pairs_with(True, True, False, True, True)
    assert chosen(pairs, IN) == [0, 2]
    assert chosen(pairs, OUT) == [0, 2, 1]
    assert chosen(pairs_with(5, 5), IN) == [0]


def test_outputs_are_told_apart_as_values() -> None:
    """Spaces and order of keys make no other output; type does."""
    texts = ['{"a": 1, "b": 2}', '{"b":2,"a":1}', "1", "1.0", "true", " 1"]
    pairs = [Pair(f'{{"n": {i}}}', text, i) for i, text in enumerate(texts)]
    assert chosen(pairs, IN, ins=9) == [0, 2, 3, 4]


def test_samples_repeat_each_instance() -> None:
    """k samples ask the same question k times, numbered from 0."""
    found = list(choose(pairs_with(1, 2), 1, 1, 3))
    assert found == [Instance(task, 0, k) for task in (OUT, IN) for k in range(3)]


def test_nothing_is_asked_where_nothing_is_wanted() -> None:
    """0 of a task is none of it."""
    assert chosen(pairs_with(1, 2), IN, ins=0) == []
    assert list(choose(pairs_with(1, 2), 0, 0, 1)) == []


@given(
    st.lists(st.sampled_from([0, 1, 1.0, True, "a", [1]]), max_size=8),
    st.integers(0, 9), st.integers(0, 9), st.integers(1, 3),
)  # fmt: skip
def test_no_known_side_is_asked_twice(outputs: list[Any], outs: int, ins: int, k: int) -> None:
    """Within a task each known side is asked k times, and as many sides as are wanted or there."""
    pairs = pairs_with(*outputs)
    found = list(choose(pairs, outs, ins, k))
    assert len(set(found)) == len(found)
    for task, side, wanted in ((OUT, "input", outs), (IN, "output", ins)):
        sides = [canonical(json.loads(p.side(side))) for p in pairs]
        asked = Counter(sides[i.pair] for i in found if i.task is task)
        assert set(asked.values()) <= {k}
        assert len(asked) == min(wanted, len(set(sides)))
    varied = {canonical(o) for o in outputs}
    first = {canonical(json.loads(pairs[i.pair].output)) for i in found if i.task is OUT}
    assert len(first) == min(outs, len(varied))


async def prompts_of(open_work: Any, program: Program, pairs: list[Pair]) -> dict[Task, list[str]]:
    async with open_work() as work:
        found: dict[Task, list[str]] = {OUT: [], IN: []}
        for task, prompts in found.items():
            for number, pair in enumerate(pairs):
                ask = ask_for(work, program, Instance(task, number, 0), pair)
                (message,) = ask.messages
                assert message.role == "user"
                prompts.append(message.content)
        return found


async def test_nothing_of_the_wanted_side_is_in_a_prompt(
    open_work: Any, program: MakeProgram, pair: Pair
) -> None:
    """The known side ends the prompt as JSON; the wanted value is nowhere in the whole ask."""
    asked = program("def main_solution(n):\n    return 3 * n + 1\n")
    async with open_work() as work:
        for task, known, wanted in ((OUT, pair.input, "987656323"), (IN, pair.output, "329218774")):
            ask = ask_for(work, asked, Instance(task, 0, 0), pair)
            prompt = ask.messages[0].content
            assert prompt.endswith("\n" + known)
            assert ask.known == known
            assert wanted not in repr(ask)


async def test_a_prompt_holds_the_four_parts_and_one_form(
    open_work: Any, program: MakeProgram, pair: Pair
) -> None:
    """Function, problem, reference code, known side; and the form of this task's answer alone."""
    asked = program("def main_solution(n: int) -> int:\n    return 3 * n + 1")
    found = await prompts_of(open_work, asked, [pair])
    for task, form, other in (
        (OUT, '{"output": ...}', '"input":'),
        (IN, '{"input": {...}}', '"output":'),
    ):
        (prompt,) = found[task]
        assert "main_solution(n: int) -> int" in prompt
        for part in (asked.problem, asked.requirements, asked.refcode):
            assert prompt.count(part) == 1
        assert form in prompt
        assert other not in prompt


async def test_shared_parts_come_first(open_work: Any, program: MakeProgram) -> None:
    """Prompts of a task differ in their last lines alone; those of the two tasks after the code."""
    asked = program("def main_solution(n):\n    return 3 * n + 1\n")
    pairs = pairs_with(71, 82)
    found = await prompts_of(open_work, asked, pairs)
    for task, side in ((OUT, "input"), (IN, "output")):
        stems = {
            p.removesuffix(pair.side(side)) for p, pair in zip(found[task], pairs, strict=True)
        }
        assert len(stems) == 1
    shared = found[OUT][0][: found[OUT][0].index("## Task")]
    assert asked.refcode in shared
    assert all(p.startswith(shared) for prompts in found.values() for p in prompts)


@pytest.mark.parametrize("tag", ["{{known}}", "{{refcode}}", "{{problem}}"])
async def test_a_tag_in_a_value_is_a_value(open_work: Any, program: MakeProgram, tag: str) -> None:
    """What looks like a field of ours in a file or a pair stays as it is."""
    asked = program(f"def main_solution(n):\n    return '{tag}'\n")
    found = await prompts_of(open_work, asked, [Pair(f'{{"n": "{tag}"}}', f'"{tag}"', 1)])
    assert f"return '{tag}'" in found[OUT][0]
    assert found[OUT][0].endswith(f'{{"n": "{tag}"}}')
    assert found[IN][0].endswith(f'"{tag}"')


async def test_an_instance_is_paid_once(open_work: Any, program: MakeProgram, pair: Pair) -> None:
    """Its answer is journalled under its key, and read back after a restart."""
    asked, instance = program("def main_solution(n): ..."), Instance(OUT, 2, 1)
    answers = []
    for teacher in (FakeTeacher(script=lambda _: "first"), FakeTeacher(script=lambda _: "other")):
        async with open_work(teacher=teacher) as work:
            answers.append(await predict(work, instance, ask_for(work, asked, instance, pair)))
            assert "out/2/1/1" in work.steps.journal.state.pending[work.item.item_id].steps
    assert [isinstance(a, Answer) and a.text for a in answers] == ["first", "first"]
