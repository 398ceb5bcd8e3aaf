"""The writing of a program: its entry point and the words around it.

Imports the standard library, ``candidates``, the analysis' scopes and the prompts' names.
"""

from codeiod.teachers.builtin.composing.sections import compose, untold

__all__ = ["compose", "untold"]
