# program: SOURCE
# expect: LoadFailed SyntaxError | LoadFailed MemoryError | LoadFailed RecursionError
"""Is a million nested brackets."""

SOURCE = "(" * 1_000_000 + ")" * 1_000_000
