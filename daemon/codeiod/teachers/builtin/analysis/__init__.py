"""Static analysis: which functions of a file can become programs. Reads by ``ast``, runs nothing.

Imports the standard library, ``candidates`` and the prompts' parsing of source.
"""

from codeiod.teachers.builtin.analysis.finding import find_candidates

__all__ = ["find_candidates"]
