# expect: LoadFailed SystemExit
"""Asks the interpreter to end while it is loaded."""

import sys

sys.exit(0)
