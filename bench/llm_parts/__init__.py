"""The parts of ``bench/llm.py``: an endpoint with the ways of real ones, and who asks it."""
