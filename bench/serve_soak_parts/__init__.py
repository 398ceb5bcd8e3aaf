"""The parts of ``bench/serve_soak.py``."""
