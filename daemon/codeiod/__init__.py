"""codeiod: a daemon that turns source code into verified chain-of-thought training data."""
