"""The durable core: an append-only journal, the fold of it, and the durable steps of an item.

May import items and errors. Read in this order: ``records`` (what is written), ``frame`` (how a
line is checked), ``state`` (what a journal adds up to), ``replay`` (reading it back), ``journal``
(appending to it), ``writer`` and ``syncer`` (the threads behind that), ``steps`` (what synthesis
sees), ``disk`` (the one way to the file system).
"""

from codeiod.journal.journal import Journal
from codeiod.journal.steps import Changed, InFlight, Ledger, Steps

__all__ = ["Changed", "InFlight", "Journal", "Ledger", "Steps"]
