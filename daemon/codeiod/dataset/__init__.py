"""What a run makes, as files: the lines of samples, programs and rejects, and their committer.

May import items, errors, ``journal`` and the prompts. ``lines`` says what is in a line, ``shards``
how a stream is written, ``recovery`` how it is cut to what was committed, ``committer`` when an
item is done.
"""

from codeiod.dataset.committer import Committer, Finished

__all__ = ["Committer", "Finished"]
