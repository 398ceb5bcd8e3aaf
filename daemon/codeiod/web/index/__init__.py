"""The index for page and API: a table of what the dataset's lines hold, made of the lines alone.

May import items, errors, ``journal`` and ``dataset``. It lives in ``cache/index.sqlite``, is filled
and asked in a child process, and can be thrown away at any time. Read in this order: ``asks`` (what
can be asked), ``tables`` (what is kept), ``filling`` (how it follows the commits), ``lists`` and
``wholes`` (the answers), ``child`` (the process), ``front`` (the daemon's side of it).
"""

from codeiod.web.index.front import Answer, Index

__all__ = ["Answer", "Index"]
