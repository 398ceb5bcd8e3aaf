"""The parts of the sandbox's bench: what is measured, and how CPU time is read."""
