"""Watched folders: files are taken in as they come.

May import what ``sources`` may, and ``reports.affairs``. Read ``watcher`` first.
"""

from codeiod.sources.watching.checking import check_watched
from codeiod.sources.watching.watcher import Watcher

__all__ = ["Watcher", "check_watched"]
