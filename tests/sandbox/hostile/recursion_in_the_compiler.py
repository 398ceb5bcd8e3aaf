# limits: call_seconds=2.0
# expect: Raised RecursionError | Raised SyntaxError | OverMemory | Died SIGSEGV | Returned
"""Compiles a chain of fifty thousand signs and sums."""


def main_solution():
    return eval("-" * 50_000 + "1") + eval("+".join(["1"] * 50_000))
