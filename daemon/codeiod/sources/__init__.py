"""Where items come from: files, folders, JSONL and Parquet.

May import ``admission`` and what lies below it.
"""

from codeiod.admission import END, Mark
from codeiod.sources.entries import Known, check, entries

__all__ = ["END", "Known", "Mark", "check", "entries"]
