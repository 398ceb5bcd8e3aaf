# program: SOURCE
# limits: call_seconds=2.0
# expect: LoadFailed
"""Is a million signs before a number: each is an expression of its own."""

SOURCE = "x = " + "-" * 1_000_000 + "1"
