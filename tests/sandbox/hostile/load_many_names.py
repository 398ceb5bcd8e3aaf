# program: SOURCE
# limits: call_seconds=2.0 memory_mib=256
# expect: LoadFailed ModuleNotFoundError | LoadFailed ImportError
"""Imports thirty thousand names, which the choice of its zygote reads too."""

SOURCE = "import " + ", ".join(f"n{number}" for number in range(30_000))
