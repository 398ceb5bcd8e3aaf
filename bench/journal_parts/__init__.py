"""Parts of the bench of the journal, `journal.py`."""
