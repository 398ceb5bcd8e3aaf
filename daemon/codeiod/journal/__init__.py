"""The durable core: an append-only journal, the fold of it, and the durable steps of an item.

May import items and errors. Read in this order: ``records`` (what is written), ``frame`` (how a
line is checked), ``state`` (what a journal adds up to), ``replay`` (reading it back), ``journal``
(appending to it), ``writer`` and ``syncer`` (the threads behind that), ``segments`` and ``sealed``
(reading by place, plain or compressed), ``keeper`` (the thread that compresses and takes away),
``trail`` (the records of one item), ``steps`` (what synthesis sees), ``disk`` (the one way to the
file system).
"""

from codeiod.journal.journal import Journal
from codeiod.journal.keeper import Keeping
from codeiod.journal.retention import Retention
from codeiod.journal.steps import Changed, InFlight, Ledger, Steps

__all__ = ["Changed", "InFlight", "Journal", "Keeping", "Ledger", "Retention", "Steps"]
