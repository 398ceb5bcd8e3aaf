"""Files dropped into a watched folder by four writers at once, each in its own way.

    python bench/watching.py [--files 50000] [--kills 5] [--settle 2.0] [--rate 400]

A real ``codeiod serve`` watches, with a teacher that answers nothing of use, so that each item ends
at once. Tried twice: undisturbed, and with kills. Exit status 1 where a content that stood is
missing, one that never stood was taken, or one was paid twice that was not in flight at a kill.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from watching_parts.teacher import teaching
from watching_parts.trial import Found, Trial, try_it


def main() -> int:
    """Try, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--kills", type=int, nargs="*", default=[0, 5], help="one trial for each")
    parser.add_argument("--settle", type=float, default=2.0)
    parser.add_argument("--rate", type=float, default=400, help="files a second, of all writers")
    parser.add_argument("--taken", default="keep")
    parser.add_argument("--folder", default=None, help="where to work; a new one below it")
    given = parser.parse_args()
    broken = False
    for kills in given.kills:
        folder = Path(tempfile.mkdtemp(prefix="cw-", dir=given.folder))
        with teaching() as teacher:
            trial = Trial(folder, given.files, kills, given.settle, given.rate, given.taken)
            found = try_it(trial, teacher)
        tell(given.files, found)
        broken = broken or found.broken
        if found.broken:
            print("see", folder)
    return int(broken)


def tell(files: int, found: Found) -> None:
    """Print what came of a trial."""
    print(f"{files:,} files, {found.kills} kills:")
    print(
        f"  written in {found.writing_seconds:.0f} s, all done after {found.seconds:.0f} s;", end=""
    )
    print(f" CPU {found.cpu_seconds:.0f} s, peak {found.peak_mb:.0f} MB")
    print(f"  contents that stood: {found.standing:,}; missing: {len(found.missing)}")
    print(f"  admitted: {found.admitted:,}; that never stood: {len(found.torn)}")
    print(f"  not finished: {found.unfinished}; asked again: {found.asked_again},", end="")
    print(f" in flight at the kills: {found.in_flight_lost}")
    print(f"  check: {found.check or 'nothing found'}", flush=True)
    for content in [*found.missing[:3], *found.torn[:3]]:
        print("   ", repr(content[:60]))


if __name__ == "__main__":
    sys.exit(main())
