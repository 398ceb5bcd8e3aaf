"""What `builtin.py` counts of programs: the ways through their code, and which a run took."""
