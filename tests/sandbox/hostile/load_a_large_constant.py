# program: SOURCE
# limits: call_seconds=0.2
# expect: LoadFailed MemoryError | OverMemory | LoadFailed | TimedOut cpu | TimedOut wall
"""Has constants that the compiler computes, if it is careless, until memory runs out."""

SOURCE = (
    "x = ((((2 ** 64) ** 64) ** 64) ** 64) ** 64\ny = 'a' * 4096 * 4096 * 4096\n"
    "def main_solution():\n    return 1\n"
)
