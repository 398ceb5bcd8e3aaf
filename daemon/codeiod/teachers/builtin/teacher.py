"""The built-in teacher: needs no LLM, answers by running the program in the sandbox.

May import ``asks``, ``llm.limits``, ``execution``, ``items``, the prompts and the sandbox. A
program is the first function of a Python file with arguments annotated as int, str, bool or list.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from typing import Any

import anyio

from codeiod.execution import Runner, execute
from codeiod.items import Answer, GaveUp, Program, Task, canonical, digest
from codeiod.journal import Ledger
from codeiod.llm.limits import Slots
from codeiod.teachers.asks import Ask, PredictAsk, UnifyAsk
from codeiod_prompts import ENTRY_POINT, GENERATOR
from codeiod_prompts.programs import SourceError, parse_source
from codeiod_sandbox import Call, Returned

MODEL = "builtin-1"
TRIALS = 120
SCALARS = {"int": "random.randint(-5, 40)", "bool": "random.random() < 0.5", "str": "text()"}
GENERATOR_TEXT = """\
import random


def text():
    letters = random.choice(["ab", "abcde", "abcdefghijklmnopqrstuvwxyz", "AbC dE,1"])
    return "".join(random.choices(letters, k=random.randint(0, 10)))


def input_generator():
    return {{{arguments}}}
"""


class BuiltinTeacher:
    """A teacher that reads what an ask was made from, and runs it."""

    def __init__(self, sandbox: Runner, in_flight: int) -> None:
        self._sandbox = sandbox
        self._slots = Slots(in_flight)

    async def answer(self, ask: Ask, ledger: Ledger) -> Answer | GaveUp:
        """Answer from static analysis and execution; free, so its intents cost nothing."""
        async with self._slots.hold():
            asked = digest(*(message.content for message in ask.messages))
            await ledger.intent(asked, 0, 0.0, "")
            return Answer(text=await self._text(ask), model=MODEL)

    async def room(self) -> None:
        await self._slots.room()

    async def watch(self) -> None:
        """Watch for ever: nothing that it needs can go away."""
        await anyio.sleep_forever()

    def close_intake(self) -> None:
        self._slots.close()

    async def _text(self, ask: Ask) -> str:
        if isinstance(ask, UnifyAsk):
            return unify(ask.item.content, ask.item.meta.get("language", ""))
        turn, question = (0, ask) if isinstance(ask, PredictAsk) else (1, ask.ask)
        if question.task is Task.INPUT_PREDICTION:
            return await self._predict_input(question, turn)
        return await self._predict_output(question)

    async def _predict_output(self, ask: PredictAsk) -> str:
        (outcome,) = await self._run(ask.program, [json.loads(ask.known)])
        if not isinstance(outcome, Returned):
            return f"Followed to its end, the call gives no result: {outcome}."
        told = f"With {ask.known}, followed to its end, `main_solution` returns {outcome.json}."
        return f'{told}\n\n```json\n{{"output": {outcome.json}}}\n```'

    async def _predict_input(self, ask: PredictAsk, turn: int) -> str:
        """Draw inputs until one gives the wanted output; the second turn draws others."""
        wanted = canonical(json.loads(ask.known))
        seeds = range(turn * TRIALS, turn * TRIALS + TRIALS)
        calls = [Call(GENERATOR, {}, seed) for seed in seeds]
        draws = await execute(self._sandbox, ask.program.drawing_code, calls)
        inputs = [d.value for d in draws if isinstance(d, Returned) and isinstance(d.value, dict)]
        outcomes = await self._run(ask.program, inputs)
        told, guess = list[str](), dict[str, Any]()
        for guess, outcome in zip(inputs, outcomes, strict=True):
            shown = outcome.json if isinstance(outcome, Returned) else "no result"
            told.append(f"With {json.dumps(guess)} the function gives {shown}.")
            if isinstance(outcome, Returned) and canonical(outcome.value) == wanted:
                told.append(f"That is the wanted {ask.known}.")
                break
        else:
            told.append(f"No trial gives {ask.known}, so the last one is but a guess.")
        return "\n".join(told[-9:]) + f'\n\n```json\n{{"input": {json.dumps(guess)}}}\n```'

    async def _run(self, program: Program, inputs: Sequence[dict[str, Any]]) -> list[Any]:
        calls = [Call(ENTRY_POINT, value) for value in inputs]
        return await execute(self._sandbox, program.refcode, calls) if calls else []


def unify(content: str, language: str) -> str:
    """Write the four sections of a program for a Python file, or why there is none."""
    if language not in ("", "Python"):
        return f"NO PROGRAM: the built-in teacher reads Python only, this is {language}"
    try:
        module = parse_source(content)
    except SourceError as error:
        return f"NO PROGRAM: the file does not parse as Python 3: {error}"
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and (draws := _draws(node)):
            return _sections(module, node, draws)
    return "NO PROGRAM: no function whose arguments are all annotated as int, str, bool or list"


def _draws(function: ast.FunctionDef) -> dict[str, str]:
    """Return by argument the expression that draws it; nothing where one can't be drawn."""
    all_ = function.args
    draws = {argument.arg: _draw(argument.annotation) for argument in all_.args}
    others = [all_.posonlyargs, all_.kwonlyargs, all_.vararg, all_.kwarg, function.decorator_list]
    clashes = function.name in {ENTRY_POINT, *draws}
    return {} if any(others) or clashes or not all(draws.values()) else draws


def _draw(annotation: ast.expr | None) -> str:
    match annotation:
        case ast.Name(id=name):
            return SCALARS.get(name, "")
        case ast.Subscript(value=ast.Name(id="list" | "List"), slice=inner):
            draw = _draw(inner)
            return draw and f"[{draw} for _ in range(random.randint(0, 7))]"
    return ""


def _sections(module: ast.Module, function: ast.FunctionDef, draws: dict[str, str]) -> str:
    script = [n for n in module.body if isinstance(n, ast.If) and "__name__" in ast.unparse(n.test)]
    library = ast.unparse(ast.Module([n for n in module.body if n not in script], []))
    result = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    takes, names = ast.unparse(function.args), ", ".join(draws)
    entry = f"def main_solution({takes}){result}:\n    return {function.name}({names})"
    arguments = ", ".join(f'"{name}": {draw}' for name, draw in draws.items())
    told = (ast.get_docstring(function) or function.name.replace("_", " ")).split("\n\n")[0]
    return (
        f"## Main Function\n````python\n{library}\n\n\n{entry}\n````\n\n"
        f"## Input Output Description\nInput: `{takes}`\n\nOutput:{result[3:]}\n\n"
        f"## Input Generator\n```python\n{GENERATOR_TEXT.format(arguments=arguments)}```\n\n"
        f"## Problem Statement\n{told}\n\nWhat is the result for given {names}?\n"
    )
