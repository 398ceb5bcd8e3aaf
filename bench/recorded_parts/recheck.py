"""Every pair, prompt, verdict and feedback of a dataset, checked again independently.

Imports the standard library, ``answers``, ``dataset`` and ``fresh``; nothing of the product.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recorded_parts.answers import NoAnswer, agrees, answer_in, beyond_limits
from recorded_parts.dataset import Dataset, Line
from recorded_parts.fresh import Outcome, canonical, compute_all

FORMS = {"output": '{"output"', "input": '{"input"'}
SHORT_TEXT = 12
"""A wanted value of fewer characters may stand in a feedback by chance."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a sample, with what there was to know."""

    sample: Line
    number: int
    wanted: Any

    @property
    def text(self) -> str:
        return str(self.sample[f"turn_{self.number}"])

    @property
    def status(self) -> str:
        return str(self.sample[f"status_{self.number}"])

    @property
    def feedback(self) -> str:
        return str(self.sample[f"feedback_{self.number}"])

    @property
    def asked(self) -> str:
        return asked_of(self.sample)

    @property
    def where(self) -> str:
        return f"sample {self.sample['id']} turn {self.number}"

    def answer(self) -> Any:
        """Return the value that was answered.

        :raises NoAnswer: there is none.
        """
        return answer_in(self.text, self.asked)


def asked_of(sample: Line) -> str:
    """Return the side that a sample asks for."""
    return "output" if sample["task"] == "output_prediction" else "input"


def known_side(sample: Line) -> str:
    """Return the side that a sample shows."""
    return "input" if asked_of(sample) == "output" else "output"


def wrong_pairs(dataset: Dataset) -> Iterator[str]:
    """Name every pair that three fresh processes do not reproduce."""
    ios = [json.loads(program["ios"]) for program in dataset.programs]
    jobs = [
        (program["refcode"], [pair["input"] for pair in pairs])
        for program, pairs in zip(dataset.programs, ios, strict=True)
    ]
    for program, pairs, computed in zip(dataset.programs, ios, compute_all(jobs), strict=True):
        for index, (pair, outcomes) in enumerate(zip(pairs, computed, strict=True)):
            for outcome in outcomes:
                if outcome.kind != "value" or outcome.exact != canonical(pair["output"]):
                    yield f"program {program['id']} pair {index}: {outcome}, not {pair['output']}"
                    break


def wrong_prompts(dataset: Dataset) -> Iterator[str]:
    """Name every prompt that lacks the code, hides the known side or shows more than one form."""
    programs = {program["id"]: program for program in dataset.programs}
    for sample in dataset.samples:
        program = programs[sample["program_id"]]
        prompt, where = sample["prompt"], f"sample {sample['id']}"
        known = json.loads(program["ios"])[sample["pair"]][known_side(sample)]
        if program["refcode"] not in prompt:
            yield f"{where}: the prompt lacks the program's code"
        rest, _, last = prompt.rpartition("\n")
        try:
            ends_right = canonical(json.loads(last)) == canonical(known)
        except ValueError:
            ends_right = False
        if not ends_right:
            yield f"{where}: the prompt does not end with the known side"
        # What the program says of itself is its own affair; one speaks of such objects.
        for part in ("refcode", "problem_description", "io_requirements"):
            rest = rest.replace(program[part], "", 1)
        shown_forms = {side: rest.count(form) for side, form in FORMS.items()}
        if shown_forms != {asked_of(sample): 1, known_side(sample): 0}:
            yield f"{where}: the prompt shows the forms {shown_forms}"


def wrong_turns(dataset: Dataset) -> Iterator[str]:
    """Name every breach of the rules on turns: what is empty, and what says Success."""
    for sample in dataset.samples:
        where = f"sample {sample['id']}"
        right = sample["status_1"] == "success"
        if (sample["feedback_1"] == "Success") != right:
            yield f"{where}: feedback_1 does not go with {sample['status_1']}"
        second = [sample[f"{name}_2"] for name in ("turn", "feedback", "status", "model")]
        if right and any((*second, sample["answer_2"], sample["reasoning_2"])):
            yield f"{where}: a second turn after a right one"
        if not right and not all(second):
            yield f"{where}: no whole second turn after a wrong one"
        if (sample["feedback_2"] == "Success") != (sample["status_2"] == "success"):
            yield f"{where}: feedback_2 does not go with {sample['status_2']}"


def wrong_verdicts(dataset: Dataset) -> Iterator[str]:
    """Name every turn whose status, answer or feedback is not what a second judge finds."""
    programs = {program["id"]: program for program in dataset.programs}
    to_run: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns_of(dataset):
        try:
            answer = turn.answer()
        except NoAnswer:
            yield from _differing(turn, "no_answer", "")
            continue
        if turn.asked == "input" and isinstance(answer, dict):
            to_run[turn.sample["program_id"]].append(turn)
            continue
        found = "mismatch" if turn.asked == "output" else "invalid_answer"
        if turn.asked == "output" and agrees(turn.wanted, answer):
            found = "success"
        yield from _differing(turn, found, answer)
        if turn.asked == "output" and found == "mismatch" and _tells(turn):
            yield f"{turn.where}: the feedback tells the wanted output"
    jobs = [
        (programs[name]["refcode"], [turn.answer() for turn in turns])
        for name, turns in to_run.items()
    ]
    for turns, computed in zip(to_run.values(), compute_all(jobs), strict=True):
        for turn, outcomes in zip(turns, computed, strict=True):
            yield from _differing(turn, status_of(outcomes, turn.wanted), turn.answer())
            yield from _unsaid(turn, outcomes[0])


def turns_of(dataset: Dataset) -> Iterator[Turn]:
    """Give all turns that were taken, with the wanted side."""
    ios = {program["id"]: json.loads(program["ios"]) for program in dataset.programs}
    for sample in dataset.samples:
        pair = ios[sample["program_id"]][sample["pair"]]
        # Of a predicted input it is the output that has to come out.
        yield Turn(sample, 1, pair["output"])
        if sample["status_2"]:
            yield Turn(sample, 2, pair["output"])


def status_of(outcomes: tuple[Outcome, ...], wanted: Any) -> str:
    """Judge a predicted input by what the program made of it in each world."""
    first = outcomes[0]
    by_kind = {"unbound": "invalid_answer", "timeout": "timeout", "died": "exception"}
    if any(outcome.kind == "timeout" for outcome in outcomes):
        return "timeout"
    if any(outcome.text == "MemoryError" for outcome in outcomes):
        return "too_big"
    if first.kind in by_kind:
        return by_kind[first.kind]
    if len({outcome.kind for outcome in outcomes}) > 1 or first.kind == "not_json":
        return "mismatch"
    if first.kind in ("raised", "load"):
        return "exception"
    if len({outcome.exact for outcome in outcomes}) > 1:
        return "mismatch"
    if beyond_limits(first.value):
        return "too_big"
    return "success" if agrees(wanted, first.value) else "mismatch"


def _differing(turn: Turn, status: str, answer: Any) -> Iterator[str]:
    if turn.status != status:
        yield f"{turn.where}: {turn.status}, a second judge says {status}"
    told = turn.sample[f"answer_{turn.number}"]
    if told == "" and status == "no_answer":
        return
    if told == "" or canonical(json.loads(told)) != canonical(answer):
        yield f"{turn.where}: answer {told}, a second reader finds {answer!r}"


def _unsaid(turn: Turn, outcome: Outcome) -> Iterator[str]:
    """Name what a feedback on a predicted input should say and does not."""
    if turn.status == "exception" and outcome.kind == "raised":
        if not (outcome.text in turn.feedback and outcome.message in turn.feedback):
            yield f"{turn.where}: the feedback lacks {outcome.text}: {outcome.message}"
    elif turn.status == "mismatch" and outcome.kind == "value":
        lines = turn.feedback.split("\n")
        if not any(_is_json(line, outcome) for line in lines):
            yield f"{turn.where}: the feedback lacks what came out, {outcome.text}"


def _is_json(line: str, outcome: Outcome) -> bool:
    try:
        return canonical(json.loads(line)) == outcome.exact
    except ValueError:
        return False


def _tells(turn: Turn) -> bool:
    wanted = [json.dumps(turn.wanted), json.dumps(turn.wanted, separators=(",", ":"))]
    said = turn.feedback.replace(turn.sample[f"answer_{turn.number}"], "", 1)
    return any(len(text) >= SHORT_TEXT and text in said for text in wanted)
