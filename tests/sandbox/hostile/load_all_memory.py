# expect: LoadFailed MemoryError
"""Takes all memory while it is loaded."""

kept = []
while True:
    kept.append(bytes(1 << 16))
