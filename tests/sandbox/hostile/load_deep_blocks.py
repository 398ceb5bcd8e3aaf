# program: SOURCE
# expect: LoadFailed IndentationError | LoadFailed SyntaxError
"""Is nested in a thousand blocks."""

SOURCE = "".join(" " * depth + "if 1:\n" for depth in range(1000)) + " " * 1000 + "pass"
