"""The metrics of the work itself: the daemon, its items and samples, and what they cost.

May import its neighbour ``family`` and ``reports``. What is folded from the journal holds over all
of a directory's runs; what is counted in the funnel begins anew with each daemon.
"""

from __future__ import annotations

from collections.abc import Iterator

from codeiod.reports.affairs import Phase
from codeiod.reports.forecast import Range
from codeiod.web.metrics.family import Sight, Values, alone, counter, gauge

BOUNDS = ("low", "likely", "high")


def _funnel(sight: Sight) -> Values:
    funnel = sight.affairs.funnel
    steps = ("admitted", "unified", "sampled", "finished", "rejected")
    return [((step,), getattr(funnel, step)) for step in steps]


def _items(sight: Sight) -> Values:
    items = sight.affairs.report.items
    return [
        (("finished",), items.finished),
        (("rejected",), items.rejected),
        (("pending",), items.pending),
    ]


def _right_now(sight: Sight) -> Values:
    funnel = sight.affairs.funnel
    return [
        ((task, turn), n)
        for turn, counts in (("1", funnel.right_1), ("2", funnel.right_2))
        for task, n in counts.items()
    ]


def _right(sight: Sight) -> Iterator[tuple[tuple[str, ...], float]]:
    for task, tally in sight.affairs.report.samples.items():
        yield (task, "1"), tally.right_1
        yield (task, "2"), tally.right_2


def _range(labels: tuple[str, ...], found: Range) -> Values:
    return [((*labels, bound), getattr(found, bound)) for bound in BOUNDS]


def _forecast_money(sight: Sight) -> Values:
    money = sight.affairs.report.forecast.money
    return [value for currency, found in money.items() for value in _range((currency,), found)]


def _budget_limits(sight: Sight) -> Values:
    budget = sight.affairs.budget
    names = ("money", "money_per_day", "tokens", "tokens_per_day")
    return [((name,), getattr(budget, name)) for name in names if getattr(budget, name)]


def _budget_spent(sight: Sight) -> Values:
    budget = sight.affairs.budget
    return [
        (("money",), budget.spent_money),
        (("money_per_day",), budget.spent_money_today),
        (("tokens",), budget.spent_tokens),
        (("tokens_per_day",), budget.spent_tokens_today),
    ]


DAEMON = (
    gauge(
        "codeiod_build_info",
        "Always 1; tells the version and the kind of teacher.",
        ("version", "teacher"),
        lambda s: [((s.affairs.version, s.affairs.teacher), 1)],
    ),
    gauge(
        "codeiod_ready",
        "1 while the daemon can work, as /readyz has it.",
        (),
        lambda s: alone(s.affairs.ready),
    ),
    gauge(
        "codeiod_phase",
        "1 for what the daemon is about now, 0 for all else.",
        ("phase",),
        lambda s: [((phase,), phase is s.affairs.phase) for phase in Phase],
    ),
)

ITEMS = (
    gauge(
        "codeiod_entries",
        "Files, lines and rows met, duplicates among them; over all runs.",
        (),
        lambda s: alone(s.affairs.report.entries),
    ),
    gauge(
        "codeiod_duplicates",
        "Entries whose content was known from another place; over all runs.",
        (),
        lambda s: alone(s.affairs.report.duplicates),
    ),
    gauge("codeiod_items", "Items by where they are; over all runs.", ("status",), _items),
    gauge(
        "codeiod_items_rejected",
        "Items that were rejected, by reason; over all runs.",
        ("reason",),
        lambda s: [((reason,), n) for reason, n in s.affairs.report.rejected.items()],
    ),
    gauge(
        "codeiod_items_inside",
        "Items that are carried now.",
        (),
        lambda s: alone(s.affairs.inside),
    ),
    counter(
        "codeiod_funnel_items_total",
        "Items that came through a step, since this daemon started.",
        ("step",),
        _funnel,
    ),
    gauge(
        "codeiod_samples",
        "Samples in the dataset; over all runs.",
        ("task",),
        lambda s: [((task,), tally.total) for task, tally in s.affairs.report.samples.items()],
    ),
    gauge(
        "codeiod_samples_right",
        "Samples that were right at turn 1, or at turn 2 only; over all runs.",
        ("task", "turn"),
        _right,
    ),
    gauge(
        "codeiod_samples_rejected",
        "Samples that were given up, by reason; over all runs.",
        ("reason",),
        lambda s: [((reason,), n) for reason, n in s.affairs.report.rejected_samples.items()],
    ),
    counter(
        "codeiod_funnel_instances_total",
        "Questions that were answered, since this daemon started.",
        ("task",),
        lambda s: [((task,), n) for task, n in s.affairs.funnel.instances.items()],
    ),
    counter(
        "codeiod_funnel_right_total",
        "Questions that were answered right, by turn, since this daemon started.",
        ("task", "turn"),
        _right_now,
    ),
    gauge(
        "codeiod_forecast_seconds",
        "Work that is left, in seconds at the pace so far; 0 where that is not known.",
        ("bound",),
        lambda s: _range((), s.affairs.report.forecast.seconds),
    ),
)

COST = (
    counter(
        "codeiod_cost_total",
        "Money paid for answers; over all runs.",
        ("currency",),
        lambda s: [((currency,), n) for currency, n in s.affairs.report.money.items()],
    ),
    gauge(
        "codeiod_cost_perhaps",
        "Money that calls may have cost that were lost, or failed; over all runs.",
        ("currency",),
        lambda s: [((currency,), n) for currency, n in s.affairs.report.money_perhaps.items()],
    ),
    gauge(
        "codeiod_forecast_cost",
        "Money that the rest will cost.",
        ("currency", "bound"),
        _forecast_money,
    ),
    gauge("codeiod_budget_limit", "The caps that are set.", ("budget",), _budget_limits),
    gauge(
        "codeiod_budget_spent",
        "What was spent of each cap; over all runs, or on this day (UTC).",
        ("budget",),
        _budget_spent,
    ),
    gauge(
        "codeiod_budget_exhausted",
        "1 while a cap has no room for the next request.",
        (),
        lambda s: alone(bool(s.affairs.budget.exhausted)),
    ),
)
