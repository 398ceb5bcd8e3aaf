# program: SOURCE
# expect: LoadFailed SyntaxError | LoadFailed ValueError
"""Has a byte in its text that ends strings in C."""

SOURCE = "def main_solution():\n    return 1\n\x00\nraise SystemExit"
