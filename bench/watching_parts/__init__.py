"""Parts of ``bench/watching.py``."""
