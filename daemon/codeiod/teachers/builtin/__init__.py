"""The built-in teacher: needs no LLM, answers from static analysis and real execution.

May import ``asks``, ``llm.limits``, ``execution``, ``items``, the prompts and the sandbox.
"""

from codeiod.teachers.builtin.teacher import BuiltinTeacher

__all__ = ["BuiltinTeacher"]
