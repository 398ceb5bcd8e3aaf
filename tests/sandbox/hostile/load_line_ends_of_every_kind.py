# program: SOURCE
# expect: Returned 3
"""Has lines that end in every way, and a form feed before its first word."""

SOURCE = "\x0cdef main_solution():\r    x = 1\r\n    y = 2\n    return x + y"
