"""Fitting: which inputs a candidate takes, found by reading it and by trying it in the sandbox.

May import ``candidates``, ``execution``, ``items``, the prompts and the sandbox.
"""

from codeiod.teachers.builtin.fitting.fit import Argument, Fitted, Unfit, fit

__all__ = ["Argument", "Fitted", "Unfit", "fit"]
