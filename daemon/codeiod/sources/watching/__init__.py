"""Watched folders: files are taken in as they come.

May import what ``sources`` may, and ``reports.affairs``. Read ``watcher`` first.
"""

from codeiod.sources.watching.watcher import Watcher, check_watched

__all__ = ["Watcher", "check_watched"]
