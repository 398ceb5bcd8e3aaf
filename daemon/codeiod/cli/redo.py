"""What ``run --redo`` and ``--upgrade`` would cost, and whether that is agreed to.

May import errors and, inside, ``service`` and what lies below it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from codeiod.errors import SettingsError

if TYPE_CHECKING:
    from codeiod.journal.redo import Quote, Since
    from codeiod.service.plan import Plan


def agreed(plan: Plan, stage: str, *, upgrade: bool, yes: bool) -> Plan:
    """Say what it would cost, ask, and return the plan that does it.

    :raises SettingsError: there is no such stage, or nobody to ask.
    :raises typer.Abort: it is not agreed to; nothing has changed.
    """
    from codeiod.admission.recipe import Recipe
    from codeiod.journal.disk import OsDisk
    from codeiod.service.redo import Redo, quote
    from codeiod_prompts import Prompts

    if stage and upgrade:
        raise SettingsError("--redo and --upgrade can't go together: one after the other")
    present = Recipe.of(plan.settings, Prompts.load(plan.settings.prompts.language))
    redo = Redo(present, since_of(stage) if stage else None)
    cost = quote(plan.directory, OsDisk(), redo)
    how = f"from {stage} on" if stage else "under the present settings"
    typer.echo(told(cost, how), err=True)
    if cost.items and not yes:
        if not sys.stdin.isatty():
            raise SettingsError("nobody is there to agree to it: give --yes")
        typer.confirm("Do it?", abort=True, err=True)
    return replace(plan, redo=replace(redo, agreed=cost))


def since_of(stage: str) -> Since:
    """Read a stage.

    :raises SettingsError: there is none of that name.
    """
    from codeiod.journal.redo import REDONE, Since

    if stage not in REDONE:
        raise SettingsError(f"--redo {stage}: no stage; known: {', '.join(REDONE)}")
    return Since(stage)


def told(cost: Quote, how: str) -> str:
    """Say what it would cost, in a line."""
    left = (
        f"; {cost.left} items stay as they are: they were made by another teacher or under other"
        " limits, and --upgrade takes the present ones"
        if cost.left
        else ""
    )
    if not cost.items:
        return f"nothing is to be made anew {how}{left}"
    money = "".join(f", {amount:,.2f} {name}" for name, amount in sorted(cost.money.items()))
    tokens = f"{cost.input_tokens:,.0f} tokens in and {cost.output_tokens:,.0f} out"
    return (
        f"making {cost.items:,} items anew {how} takes about {cost.calls:,.0f} calls,"
        f" {tokens}{money or ', no money'}, by what the same steps cost before{left}"
    )
