"""codeiod_prompts: the texts that a teacher is given, and how its answers are read."""
