# limits: call_seconds=0.1
# expect: LoadFailed TimeoutError
"""Sleeps while it is loaded."""

import time

time.sleep(600)
