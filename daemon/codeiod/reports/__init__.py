"""What can be said about an output directory: its report, and the proof that it is sound.

May import items, errors, ``journal`` and ``dataset``.
"""
