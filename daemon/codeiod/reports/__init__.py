"""What can be said about an output directory: its report, and the proof that it is sound.

May import items, errors, ``journal`` and ``dataset``.
"""

from codeiod.reports.status import Report, read_report, report_of, write_report

__all__ = ["Report", "read_report", "report_of", "write_report"]
