"""`python -m codeiod_sandbox run FILE`: run one function of one file, for people.

Prints the outcome as JSON; the exit status is 0 where the function returned, else 1.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import anyio

from codeiod_sandbox import strict_json
from codeiod_sandbox.outcomes import Call, Limits, Outcome, Program, Returned
from codeiod_sandbox.pool import Sandbox


def main(words: Sequence[str] | None = None) -> int:
    """Parse the command line, run, print."""
    asked = _parser().parse_args(words)
    source = asked.file.read_text(encoding="utf-8")
    call = Call(asked.call, asked.args, asked.seed)
    limits = Limits(asked.call_seconds)
    level, outcome = anyio.run(_run, Program(source), call, limits, asked.twin)
    told = {"outcome": type(outcome).__name__, **dataclasses.asdict(outcome), "level": level}
    told.pop("json", None)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if isinstance(outcome, Returned) else 1


async def _run(program: Program, call: Call, limits: Limits, twin: bool) -> tuple[int, Outcome]:
    async with Sandbox(workers=1, limits=limits) as sandbox:
        (outcome,) = await sandbox.run(program, [call], twin=twin)
        return sandbox.level.value, outcome


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="codeiod_sandbox", description=__doc__)
    run = parser.add_subparsers(required=True).add_parser("run", help="call a function of a file")
    run.add_argument("file", type=Path)
    run.add_argument("--call", default="main_solution", metavar="FUNCTION")
    run.add_argument("--args", type=_arguments, default={}, metavar="JSON")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--call-seconds", type=float, default=Limits().call_seconds)
    run.add_argument("--twin", action="store_true", help="with another hash seed, clock and layout")
    return parser


def _arguments(text: str) -> dict[str, object]:
    value = strict_json.parse(text)
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError("keyword arguments are a JSON object")
    return value


if __name__ == "__main__":
    sys.exit(main())
