"""The statistics of a run: the paper's tables for it, counted from the dataset as committed.

May import items, ``dataset``, ``journal`` and ``reports``. Source of the tables: CodeI/O, section 2
and appendix (arXiv 2502.07316).
"""

from codeiod.reports.statistics.counts import Counted, Outcome, Source
from codeiod.reports.statistics.gather import Statistics, gather
from codeiod.reports.statistics.headline import Figure, figures
from codeiod.reports.statistics.lengths import Lengths, Spread
from codeiod.reports.statistics.page import page

__all__ = [
    "Counted",
    "Figure",
    "Lengths",
    "Outcome",
    "Source",
    "Spread",
    "Statistics",
    "figures",
    "gather",
    "page",
]
