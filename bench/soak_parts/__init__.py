"""Parts of the benches of the sandbox in the long run, `soak.py` and `chaos.py`."""
