"""The five steps of CodeI/O++: unify, sample, predict, verify, revise: one file, one function each.

May import ``admission``, ``teachers``, ``journal``, ``items``, the sandbox and the prompts.
"""
