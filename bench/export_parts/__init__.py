"""The parts of the bench of exports."""
