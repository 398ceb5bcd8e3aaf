# program: SOURCE
# limits: call_seconds=2.0
# expect: LoadFailed
"""Is a sum of a hundred thousand terms."""

SOURCE = "x = " + "+".join(["1"] * 100_000)
