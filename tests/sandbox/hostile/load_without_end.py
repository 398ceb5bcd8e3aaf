# limits: call_seconds=0.1
# expect: LoadFailed TimeoutError
"""Loops while it is loaded, and catches all."""

while True:
    try:
        while True:
            pass
    except BaseException:
        pass
