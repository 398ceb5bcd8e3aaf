"""The parts of ``bench/recorded.py``, each a thing that it measures or measures with.

Imports the standard library, aiohttp and pandas; nothing of the product: what is checked here must
not be checked with its own code. Read ``fresh`` and ``recheck`` first.
"""
