# expect: LoadFailed PermissionError
"""Forks while it is loaded."""

import os

while True:
    os.fork()
