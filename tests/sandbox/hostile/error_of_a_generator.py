# expect: Raised GeneratorExit
"""Raises what ends a generator."""


def main_solution():
    raise GeneratorExit
