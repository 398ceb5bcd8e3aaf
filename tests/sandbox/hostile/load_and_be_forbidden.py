# expect: LoadFailed SystemExit
"""Attaches to its parent while it is loaded."""

import ctypes

ctypes.CDLL(None).ptrace(16, 1, 0, 0)
