# program: SOURCE
# expect: Returned 1
"""Says that it is written in a code that turns letters around."""

SOURCE = "# -*- coding: rot13 -*-\ndef main_solution():\n    return 1\n"
