"""The product's teacher on a loopback endpoint with the ways of real ones.

    python bench/llm.py [--only cpu,rates,knee,endpoints,faults,first,crowd,prefix]
        [--calls 20000] [--rounds 5] [--peers FOLDER] [--recorded FOLDER]

``--peers``: where ``bench/peers/install.sh`` put the other clients; those that are not there are
left out. ``--recorded``: recorded files for ``prefix``, which is left out without. Loopback only.
Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import anyio
import structlog
from llm_parts import cpu, endpoints, failing, first, knee, prefix, rates
from recorded_parts.table import Table

CALLS = 20_000
ROUNDS = 5


def parts_of(options: argparse.Namespace) -> dict[str, Callable[[Table], None]]:
    """Return what can be measured, by name."""
    parts: dict[str, Callable[[Table], None]] = {
        "cpu": lambda table: cpu.measure(table, options.calls, options.rounds, options.peers),
        "rates": lambda table: anyio.run(rates.measure, table),
        "knee": lambda table: anyio.run(knee.measure, table),
        "endpoints": lambda table: anyio.run(endpoints.measure, table),
        "faults": failing.measure,
        "first": first.first_sample,
        "crowd": first.crowd,
    }
    if options.recorded:
        parts["prefix"] = lambda table: prefix.measure(table, options.recorded)
    return parts


def main(arguments: list[str]) -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--peers", type=Path, default=Path(".peers"))
    parser.add_argument("--recorded", type=Path)
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    table = Table()
    parts = parts_of(options)
    for name in options.only.split(",") if options.only else parts:
        print(name, flush=True)
        parts[name](table)
    table.print()
    return 0 if table.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
