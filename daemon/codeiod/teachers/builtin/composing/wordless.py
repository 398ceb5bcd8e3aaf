"""What is raised where code has no words. Imports nothing."""


class Wordless(ValueError):
    """A piece of code has no short paraphrase."""
