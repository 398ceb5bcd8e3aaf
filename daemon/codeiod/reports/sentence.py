"""How things stand in one sentence: for systemd's status line, and wherever a line is all there is.

May import ``affairs``. Pure.
"""

from __future__ import annotations

from codeiod.reports.affairs import Affairs, BudgetAffairs, Phase

NOT_TOLD_AT_WORK = frozenset({Phase.WORKING, Phase.IDLE})
"""Phases that need no reason."""


def sentence(affairs: Affairs) -> str:
    """Say what a daemon is about, how far it is and what that cost; and why, where it waits."""
    parts = [_done(affairs), *_now(affairs), *_spent(affairs)]
    line = f"{affairs.phase}: {', '.join(parts)}"
    if affairs.why and affairs.phase not in NOT_TOLD_AT_WORK:
        line += f" ({' '.join(affairs.why.split())})"
    return line


def _done(affairs: Affairs) -> str:
    items = affairs.report.items
    done = items.finished + items.rejected
    of = f" of {max(affairs.total_entries, items.total):,}" if affairs.total_entries else ""
    return f"{done:,}{of} items done ({items.finished:,} finished, {items.rejected:,} rejected)"


def _now(affairs: Affairs) -> list[str]:
    counts = (
        (affairs.report.items.pending, "pending"),
        (affairs.in_flight, "calls in flight"),
        (sum(one.unsettled for one in affairs.watched), "files still being written"),
    )
    return [f"{n:,} {what}" for n, what in counts if n]


def _spent(affairs: Affairs) -> list[str]:
    budget, spent = affairs.budget, affairs.report.money
    told = [
        f"{amount:,.2f}{_of(budget, currency)} {currency}"
        for currency, amount in spent.items()
        if amount
    ]
    return [f"{' and '.join(told)} spent"] if told else []


def _of(budget: BudgetAffairs, currency: str) -> str:
    return f" of {budget.money:,.2f}" if budget.money and currency == budget.currency else ""
