# expect: Raised SyntaxError | OverMemory
"""Compiles ten thousand nested brackets."""


def main_solution():
    return eval("(" * 10_000 + ")" * 10_000)
