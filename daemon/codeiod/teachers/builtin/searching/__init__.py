"""Input prediction by search: backwards from the wanted output, then trial and adjustment.

May import ``execution``, ``items``, the prompts and the sandbox. Read ``search.py`` first.
"""

from codeiod.teachers.builtin.searching.search import search_input

__all__ = ["search_input"]
