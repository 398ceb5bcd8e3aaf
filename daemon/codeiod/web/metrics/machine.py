"""The metrics of what the daemon stands on: the sandbox, the journal with its disk, the folders.

May import its neighbour ``family`` and ``reports.affairs``.
"""

from __future__ import annotations

from collections.abc import Callable

from codeiod.reports.affairs import WatchAffairs
from codeiod.web.metrics.family import Sight, Values, alone, counter, gauge, histogram

FOLDER = ("folder",)


def _by_folder(read: Callable[[WatchAffairs], float]) -> Callable[[Sight], Values]:
    return lambda sight: [((one.folder,), read(one)) for one in sight.affairs.watched]


SANDBOX = (
    counter(
        "codeiod_sandbox_calls_total",
        "Calls of untrusted programs, by how they ended.",
        ("outcome",),
        lambda s: [((outcome,), n) for outcome, n in s.affairs.sandbox.outcomes.items()],
    ),
    histogram(
        "codeiod_sandbox_job_duration_seconds",
        "Time that a job of one or more calls took.",
        (),
        lambda s: [((), s.telemetry.sandbox.jobs)],
    ),
    histogram(
        "codeiod_sandbox_queue_seconds",
        "Time that jobs waited for their turn.",
        (),
        lambda s: [((), s.telemetry.sandbox.queued)],
    ),
    counter(
        "codeiod_sandbox_cpu_seconds_total",
        "CPU time of the calls that returned.",
        (),
        lambda s: alone(s.telemetry.sandbox.cpu_seconds),
    ),
    counter(
        "codeiod_sandbox_faults_total",
        "Jobs in which the sandbox itself failed; they are tried again.",
        (),
        lambda s: alone(s.telemetry.sandbox.faults),
    ),
    gauge(
        "codeiod_sandbox_level",
        "How much stands between a program and this machine: 0 nothing, 4 all.",
        (),
        lambda s: alone(s.affairs.sandbox.level),
    ),
    gauge(
        "codeiod_sandbox_workers",
        "How many jobs may run at once.",
        (),
        lambda s: alone(s.affairs.sandbox.workers),
    ),
    gauge(
        "codeiod_sandbox_jobs",
        "Jobs that the sandbox has, and that wait for it.",
        ("status",),
        lambda s: [
            (("running",), s.affairs.sandbox.running),
            (("waiting",), s.affairs.sandbox.waiting),
        ],
    ),
)

JOURNAL = (
    histogram(
        "codeiod_journal_sync_duration_seconds",
        "Time that each sync of the journal to its disk took.",
        (),
        lambda s: [((), s.telemetry.syncs)],
    ),
    gauge(
        "codeiod_journal_unsynced_records",
        "Records that are not known to be on disk yet.",
        (),
        lambda s: alone(s.affairs.journal.unsynced_records),
    ),
    gauge(
        "codeiod_journal_bytes",
        "Size of the journal's files.",
        (),
        lambda s: alone(s.affairs.journal.bytes),
    ),
    gauge(
        "codeiod_journal_cut_bytes",
        "What crashes left half written, and was set aside; over all runs.",
        (),
        lambda s: alone(s.affairs.report.cut_bytes),
    ),
    gauge(
        "codeiod_disk_free_bytes",
        "Room on the disk of the journal and the dataset.",
        (),
        lambda s: alone(s.affairs.journal.disk_free_bytes),
    ),
    gauge(
        "codeiod_disk_full",
        "1 while the disk has no room and the work waits for it.",
        (),
        lambda s: alone(s.affairs.journal.low),
    ),
)

FOLDERS = (
    gauge(
        "codeiod_watch_folder_there",
        "1 while a watched folder can be read.",
        FOLDER,
        _by_folder(lambda one: one.there),
    ),
    counter(
        "codeiod_watch_taken_total",
        "Files taken from a folder, since this daemon started.",
        FOLDER,
        _by_folder(lambda one: one.taken),
    ),
    gauge(
        "codeiod_watch_unsettled_files",
        "Files that are still being written, as it looks.",
        FOLDER,
        _by_folder(lambda one: one.unsettled),
    ),
    gauge(
        "codeiod_watch_scan_duration_seconds",
        "Time that the last look through a folder took.",
        FOLDER,
        _by_folder(lambda one: one.scan_seconds),
    ),
)
