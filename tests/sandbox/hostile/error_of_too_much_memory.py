# expect: OverMemory
"""Says that it ran out of memory, which costs it its own result."""


class Bad(MemoryError):
    pass


def main_solution():
    raise Bad
